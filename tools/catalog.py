"""The tools, in the order the model sees them: read, propose, commit. One import and one line each."""

from __future__ import annotations

from tools import (
    check_coverage,
    decide,
    find_people,
    get_schedule,
    publish,
    record_absence,
    rollback,
    stage_publish,
    validate_schedule,
)
from tools.tool import AnyTool

TOOLS: tuple[AnyTool, ...] = (
    find_people.TOOL,
    get_schedule.TOOL,
    validate_schedule.TOOL,
    check_coverage.TOOL,
    stage_publish.TOOL,
    publish.TOOL,
    rollback.TOOL,
    record_absence.TOOL,
    decide.TOOL,
)

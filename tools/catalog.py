"""The tools, in the order the model sees them: read, propose, commit. One import and one line each."""

from __future__ import annotations

from tools import (
    apply_plan,
    cancel_run,
    check_coverage,
    check_rules,
    decide,
    explain_assignment,
    explain_violation,
    find_people,
    get_run,
    get_schedule,
    plan_cascade,
    publish,
    record_absence,
    revert_override,
    rollback,
    set_override,
    solve_schedule,
    stage_publish,
    validate_schedule,
)
from tools.tool import AnyTool

TOOLS: tuple[AnyTool, ...] = (
    find_people.TOOL,
    get_schedule.TOOL,
    validate_schedule.TOOL,
    explain_violation.TOOL,
    explain_assignment.TOOL,
    check_rules.TOOL,
    check_coverage.TOOL,
    get_run.TOOL,
    solve_schedule.TOOL,
    plan_cascade.TOOL,
    stage_publish.TOOL,
    set_override.TOOL,
    revert_override.TOOL,
    apply_plan.TOOL,
    publish.TOOL,
    rollback.TOOL,
    record_absence.TOOL,
    cancel_run.TOOL,
    decide.TOOL,
)

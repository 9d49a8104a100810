"""No work inside an approved absence."""

from __future__ import annotations

from scheduling.model.activity import Category
from scheduling.model.part import Slot
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_NO_WORK = (Category.TIME_OFF, Category.POST_CALL, Category.RECOVERY)


def forbids(build: Build, person: str, slot: Slot, code: str) -> bool:
    """Work while away; faculty call and FMIT have rules of their own."""
    roster = build.problem.roster
    if not roster.is_absent(person, slot) or roster.catalogue[code].category in _NO_WORK:
        return False
    figures = roster.policy(slot.date).call
    return not (roster.program.by_id[person].is_faculty and code in (figures.activity, figures.fmit_activity))

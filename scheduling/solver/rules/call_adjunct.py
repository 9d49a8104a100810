"""Adjuncts take no Sunday-to-Thursday call."""

from __future__ import annotations

from scheduling.model.calendar import is_weekday_call
from scheduling.model.part import Part, Slot
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage

STAGES = (Stage.CALLS, Stage.BLOCK)


def forbids(build: Build, person: str, slot: Slot, code: str) -> bool:
    """A pool night of an adjunct."""
    return (
        slot.part is Part.NIGHT
        and build.problem.roster.program.by_id[person].is_adjunct
        and is_weekday_call(slot.date)
        and code == build.problem.roster.policy(slot.date).call.activity
    )

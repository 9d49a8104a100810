"""Nobody has a night that lies in an approved absence."""

from __future__ import annotations

from scheduling.model.part import Part, Slot
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage

STAGES = (Stage.CALLS, Stage.BLOCK)


def forbids(build: Build, person: str, slot: Slot, code: str) -> bool:
    """A night of call while away."""
    roster = build.problem.roster
    return slot.part is Part.NIGHT and code == roster.policy(slot.date).call.activity and roster.is_absent(person, slot)

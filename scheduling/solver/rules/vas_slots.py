"""Activities held in certain weekday slots only stay in them."""

from __future__ import annotations

from scheduling.model.part import Slot
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage

STAGES = (Stage.BLOCK,)
BY_ACTIVITY = True
"""To a human the condition is one of person and activity, not of each slot."""


def forbids(build: Build, person: str, slot: Slot, code: str) -> bool:  # noqa: ARG001 - one shape for every rule
    """A slot that is none of the activity's own."""
    only = build.problem.roster.policy(slot.date).catalogue[code].only_slots
    return bool(only) and f"{slot.date.isoweekday()} {slot.part.name}" not in only

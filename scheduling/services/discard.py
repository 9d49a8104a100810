"""Discard what was proposed: a draft or staged version, a stage, or a plan."""

from __future__ import annotations

from scheduling.model.errors import InvalidError
from scheduling.model.proposal import PlanState
from scheduling.model.stage import StageState
from scheduling.services.draft import discard_draft
from scheduling.store.unit import UnitOfWork

STAGE, PLAN = "stg-", "plan-"
_VALID = ("a version's id", f"a stage's, {STAGE}...", f"a plan's, {PLAN}...")


async def discard(unit: UnitOfWork, slug: str, ident: str) -> str:
    """Throw a proposal away by its id and say what state it is in; doing it again changes nothing.

    In a unit that has done nothing yet. InvalidError for another kind's id, ConflictError for what was applied or published.
    """
    if ident.startswith(STAGE):
        await unit.lock(slug)
        if (await unit.stages.get(slug, ident)).state is not StageState.DISCARDED:
            await unit.stages.decide(slug, ident, StageState.DISCARDED)
        return StageState.DISCARDED.value
    if "-" in ident and not ident.startswith(PLAN):  # a version is a hash, every other id has its kind before a hyphen
        raise InvalidError("id", "nothing that can be discarded", valid=_VALID, hint="an absence takes kind reject")
    if ident.startswith(PLAN):
        await unit.lock(slug)
        if (await unit.plans.get(slug, ident)).state is not PlanState.DISCARDED:
            await unit.plans.decide(slug, ident, PlanState.DISCARDED)
        return PlanState.DISCARDED.value
    return (await discard_draft(unit, slug, ident)).state.value

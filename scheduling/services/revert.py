"""Take overrides back: one of them, or everything a plan did. Taking back twice changes nothing more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.model.errors import InvalidError
from scheduling.model.override import Override
from scheduling.model.part import Window
from scheduling.model.proposal import PlanState
from scheduling.services.override import override_payload
from scheduling.services.stage import OpenUnit
from scheduling.store.unit import UnitOfWork

REVERTED = "override.reverted"
PLAN_REVERTED = "plan.reverted"


@dataclass(frozen=True, slots=True)
class Reverted:
    """Overrides that were active until now, and those a plan had superseded that stand again, by slot and person.

    `rest` counts what is left of the plan that a single override came from; `lost` names superseded overrides that
    could not come back because something else stands there now.
    """

    overrides: tuple[Override, ...] = ()
    restored: tuple[Override, ...] = ()
    plan: str | None = None
    rest: int = 0
    lost: tuple[str, ...] = ()
    overlay: int = 0


async def revert_override(
    open_unit: OpenUnit, slug: str, *, override: str | None = None, plan: str | None = None
) -> Reverted:
    """Deactivate one override, or all that a plan set and still stand; then what the plan superseded stands again.

    Rows are kept. NotFoundError for an unknown override or plan.
    """
    if (override is None) == (plan is None):
        raise InvalidError("override", "give either override or plan")
    async with open_unit() as unit:
        await unit.lock(slug)
        if plan is not None:
            return await _plan(unit, slug, plan)
        assert override is not None
        return await _one(unit, slug, override)


async def _one(unit: UnitOfWork, slug: str, override: str) -> Reverted:
    record = await unit.overrides.get(slug, override)
    taken = await unit.overrides.deactivate(slug, [override])
    overlay = await _move(unit, slug, changed=bool(taken))
    for each in taken:
        unit.emit(REVERTED, override_payload(each), f"override:{each.id}:reverted:{overlay}", program=slug)
    plan = record.override.plan
    rest = [r for r in await unit.overrides.of_plan(slug, plan) if r.active] if plan else []
    return Reverted(tuple(taken), plan=plan, rest=len(rest), overlay=overlay)


async def _plan(unit: UnitOfWork, slug: str, plan: str) -> Reverted:
    stored = await unit.plans.get(slug, plan)
    standing = [r for r in await unit.overrides.of_plan(slug, plan) if r.active]
    taken = await unit.overrides.deactivate(slug, [r.override.id for r in standing])
    superseded = [r.supersedes for r in standing if r.supersedes]
    restored, lost = await _restore(unit, slug, superseded)
    if stored.state is PlanState.APPLIED:
        await unit.plans.decide(slug, plan, PlanState.REVERTED, expected=PlanState.APPLIED)
    overlay = await _move(unit, slug, changed=bool(taken))
    if taken:
        people = Counter(p for o in taken for p in (o.person, o.replacement) if p)
        payload = {"plan": plan, "people": dict(sorted(people.items()))}
        unit.emit(PLAN_REVERTED, payload, f"plan:{plan}:reverted:{overlay}", program=slug)
    return Reverted(tuple(taken), tuple(restored), plan=plan, lost=tuple(lost), overlay=overlay)


async def _restore(unit: UnitOfWork, slug: str, superseded: Sequence[str]) -> tuple[list[Override], list[str]]:
    """Let superseded overrides stand again, where nothing else has taken their place."""
    records = [await unit.overrides.get(slug, ident) for ident in superseded]
    if not records:
        return [], []
    dates = [r.override.slot.date for r in records]
    active = await unit.overrides.active(slug, Window(min(dates), max(dates)))
    overridden = {(o.person, o.slot) for o in active}
    covering = {(o.replacement, o.slot) for o in active if o.replacement}
    wanted = [r.override for r in records]
    free = [o for o in wanted if (o.person, o.slot) not in overridden and (o.replacement, o.slot) not in covering]
    restored = await unit.overrides.reactivate(slug, [o.id for o in free])
    return list(restored), sorted({o.id for o in wanted} - {o.id for o in restored})


async def _move(unit: UnitOfWork, slug: str, *, changed: bool) -> int:
    """Count the change of the overlay, where there was one."""
    state = await unit.programs.state(slug)
    return await unit.programs.move_overlay(slug, state.overlay) if changed else state.overlay

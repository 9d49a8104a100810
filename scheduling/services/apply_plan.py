"""Apply a plan: all of it or nothing, and only on the schedule it was made on."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scheduling.model.break_glass import BreakGlass, check_break_glass, require_open
from scheduling.model.calendar import BlockRef
from scheduling.model.errors import ConflictError, StaleError
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.model.plan import CascadePlan
from scheduling.model.plan_body import plan_digest, plan_of
from scheduling.model.plan_check import objections
from scheduling.model.program import Program
from scheduling.model.proposal import PlanState, StoredPlan
from scheduling.model.roster import Roster
from scheduling.services.cascade import moved_since
from scheduling.services.read_schedule import Assignment, SlotState, assignments
from scheduling.services.stage import OpenUnit
from scheduling.solver.cascade_question import made_on
from scheduling.store.repository import new_id
from scheduling.store.unit import UnitOfWork

APPLIED = "plan.applied"
_OPEN = (PlanState.PROPOSED, PlanState.APPROVED)


@dataclass(frozen=True, slots=True)
class ApplyRequest:
    """Which plan, by id and digest. Without a key the plan's own digest is one. `role` decides whether glass may break."""

    plan: str
    digest: str
    role: str
    key: str | None = None
    glass: BreakGlass | None = None


@dataclass(frozen=True, slots=True)
class Applied:
    """What was set, the new state of every cell it touched, and the schedule it stands on.

    `repeated` is True when the same call had been carried out before and nothing was done now.
    """

    plan: str
    overrides: tuple[Override, ...]
    slots: tuple[Assignment, ...]
    versions: Mapping[BlockRef, str]
    overlay: int
    repeated: bool = False


async def apply_plan(open_unit: OpenUnit, slug: str, request: ApplyRequest) -> Applied:
    """Set the plan's overrides in one transaction. The same call with the same key answers what it answered.

    StaleError when the digest is another, or a version, the overlay or anybody's availability has moved, and says what;
    ConflictError for a plan that was applied under another key or is closed; ForbiddenError for closed dates.
    """
    async with open_unit() as unit:
        await unit.lock(slug)
        stored = await unit.plans.get(slug, request.plan)
        key = request.key or f"{stored.id}:{stored.digest}"
        known = await unit.idempotency.find(slug, key)
        if known is not None:
            return _read(known)
        _require_open_plan(stored, request)
        state = await unit.programs.state(slug)
        if moved := moved_since(stored, state):
            raise StaleError(
                f"the schedule has moved since the plan was made: {', '.join(sorted(moved))}",
                hint="plan again with plan_cascade",
                details={"moved": moved},
            )
        plan = plan_of(stored.body)
        roster = await unit.roster(slug, made_on(plan.window), margin=0)
        if reasons := objections(roster, plan):
            raise StaleError(
                f"people or absences have changed since the plan was made: {'; '.join(reasons[:5])}",
                hint="plan again with plan_cascade",
                details={"moved": {"facts": list(reasons)}},
            )
        _require_open_dates(unit, roster.program, plan, request)
        overrides = await _set(unit, slug, stored, plan)
        overlay = await unit.programs.move_overlay(slug, state.overlay)
        await unit.plans.decide(slug, stored.id, PlanState.APPLIED, expected=stored.state, key=key)
        after = await unit.roster(slug, plan.dates, margin=0)
        applied = Applied(stored.id, overrides, _touched(after, plan), stored.versions, overlay)
        unit.emit(APPLIED, _payload(stored, plan), f"plan:{stored.id}:applied", program=slug)
        await unit.idempotency.keep(slug, key, _written(applied))
        return applied


def _require_open_plan(stored: StoredPlan, request: ApplyRequest) -> None:
    if stored.state not in _OPEN:
        raise ConflictError(
            f"the plan {stored.id} is {stored.state.value}", hint="a plan is applied once; plan again with plan_cascade"
        )
    if request.digest != stored.digest or plan_digest(stored.body) != stored.digest:
        raise StaleError(
            f"the digest is not that of {stored.id}",
            hint="read the plan again, or plan again with plan_cascade",
            details={"moved": {"digest": stored.digest}},
        )


def _require_open_dates(unit: UnitOfWork, program: Program, plan: CascadePlan, request: ApplyRequest) -> None:
    policy = program.policy
    if request.glass is not None:
        check_break_glass(request.glass, request.role, policy.rights)
    dates = {slot.date for _, slot in plan.touched}
    if require_open(dates, program.clock.today(), policy.guard, request.glass) and request.glass is not None:
        unit.changed("break_glass", request.glass.code)


async def _set(unit: UnitOfWork, slug: str, stored: StoredPlan, plan: CascadePlan) -> tuple[Override, ...]:
    superseded = {(s.person, s.slot): s.supersedes for s in plan.steps if s.supersedes}
    taken_back = await unit.overrides.deactivate(slug, plan.superseded)
    if len(taken_back) != len(plan.superseded):
        raise StaleError("a coverage that the plan supersedes is no longer active", hint="plan again with plan_cascade")
    overrides = plan.overrides(stored.id, new_id("ovr"))
    for override in overrides:
        await unit.overrides.add(
            slug,
            override,
            reason=str(stored.body.get("reason", "")),
            supersedes=superseded.get((override.person, override.slot)),
        )
    return overrides


def _touched(after: Roster, plan: CascadePlan) -> tuple[Assignment, ...]:
    cells = set(plan.touched)
    found = assignments(after, plan.dates) if plan.steps else []
    return tuple(a for a in found if (a.person, a.slot) in cells or (a.base_person, a.slot) in cells)


def _payload(stored: StoredPlan, plan: CascadePlan) -> dict[str, Any]:
    """Ids and dates; `people` counts the cells that change for each."""
    people = Counter(person for person, _ in plan.touched)
    dates = plan.dates
    return {
        "plan": stored.id,
        "start": str(dates.start),
        "end": str(dates.end),
        "people": dict(sorted(people.items())),
    }


def _written(applied: Applied) -> dict[str, Any]:
    """The result as JSON, to be given again under the same key."""
    return {
        "plan": applied.plan,
        "overrides": [
            [o.id, o.person, *_slot(o.slot), o.activity, o.type.value, o.replacement] for o in applied.overrides
        ],
        "slots": [
            [*_slot(a.slot), a.person, a.activity, a.state.value, a.source.value, a.base_person, a.override]
            for a in applied.slots
        ],
        "versions": {str(ref): version for ref, version in applied.versions.items()},
        "overlay": applied.overlay,
    }


def _read(stored: Mapping[str, Any]) -> Applied:
    return Applied(
        plan=stored["plan"],
        overrides=tuple(
            Override(ident, person, _at(date, part), activity, OverrideType(kind), to, stored["plan"])
            for ident, person, date, part, activity, kind, to in stored["overrides"]
        ),
        slots=tuple(
            Assignment(_at(date, part), person, activity, SlotState(state), Source(source), base, override)
            for date, part, person, activity, state, source, base, override in stored["slots"]
        ),
        versions={BlockRef.parse(ref): version for ref, version in stored["versions"].items()},
        overlay=stored["overlay"],
        repeated=True,
    )


def _slot(slot: Slot) -> tuple[str, str]:
    return slot.date.isoformat(), slot.part.name


def _at(date: str, part: str) -> Slot:
    return Slot(dt.date.fromisoformat(date), Part[part])

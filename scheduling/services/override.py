"""Set one override by hand: another person, nobody, or a visible gap in the place of an assignment (domain.md §8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduling.model.break_glass import BreakGlass, check_break_glass, require_open
from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.eligibility import blockers
from scheduling.model.errors import ConflictError, InvalidError
from scheduling.model.overlay import overlaid
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.read_schedule import Assignment, assignments
from scheduling.services.stage import OpenUnit
from scheduling.store.repository import new_id
from scheduling.store.unit import UnitOfWork

SET = "override.set"
LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class OverrideRequest:
    """What to set on whose assignment, and why. `role` decides whether glass may break."""

    person: str
    slot: Slot
    type: OverrideType
    reason: str
    role: str
    replacement: str | None = None
    notes: str | None = None
    supersedes: str | None = None
    glass: BreakGlass | None = None


@dataclass(frozen=True, slots=True)
class SetOverride:
    """The override as set, what it superseded, and the slot as it stands now.

    `follow_on` are the post-call assignments of the next day that should move with a call and do not by themselves.
    `eligible` names who could take a call that is left a gap. `roster` is the schedule with the override.
    """

    override: Override
    supersedes: str | None
    slots: tuple[Assignment, ...]
    roster: Roster
    follow_on: tuple[tuple[Slot, str], ...] = ()
    eligible: tuple[str, ...] = ()


async def set_override(open_unit: OpenUnit, slug: str, request: OverrideRequest) -> SetOverride:
    """Set it in one transaction, and deactivate what it supersedes in the same.

    NotFoundError for unknown people or overrides; ConflictError where an override stands that is not superseded;
    ForbiddenError for closed dates; InvalidError for everything domain.md §8 refuses, and for dates outside the data.
    """
    async with open_unit() as unit:
        await unit.lock(slug)
        date = request.slot.date
        roster = await unit.roster(slug, Window(date, date))
        for name in (request.person, request.replacement):
            if name is not None:
                roster.program.person(name)
        await _require_data(unit, slug, roster, date)
        activity = _assignment(roster, request)
        _require_type(roster, request, activity)
        await _require_free_place(unit, slug, roster, request)
        _require_replacement(roster, request, activity)
        _require_open_date(unit, roster, request)
        override = Override(new_id("ovr"), request.person, request.slot, activity, request.type, request.replacement)
        state = await unit.programs.state(slug)
        if request.supersedes is not None:
            await unit.overrides.deactivate(slug, [request.supersedes])
        await unit.overrides.add(
            slug, override, reason=request.reason, notes=request.notes, supersedes=request.supersedes
        )
        await unit.programs.move_overlay(slug, state.overlay)
        after = await unit.roster(slug, Window(date, date), margin=1)
        payload = override_payload(override)
        unit.emit(SET, payload, f"override:{override.id}:set", program=slug)
    return SetOverride(
        override,
        request.supersedes,
        tuple(a for a in assignments(after, Window(date, date)) if _same_cell(a, override)),
        after,
        _follow_on(after, override),
        _eligible(after, override),
    )


def override_payload(override: Override) -> dict[str, str]:
    """The facts of an override as events carry them: ids, codes and dates."""
    facts = {
        "override": override.id,
        "person": override.person,
        "date": override.slot.date.isoformat(),
        "part": override.slot.part.name,
        "activity": override.activity,
        "type": override.type.value,
    }
    return facts if override.replacement is None else {**facts, "replacement": override.replacement}


async def _require_data(unit: UnitOfWork, slug: str, roster: Roster, date: dt.date) -> None:
    if not covers(roster, Window(date, date)):
        raise InvalidError("date", await outside_data(unit, slug, Window(date, date)))


def _assignment(roster: Roster, request: OverrideRequest) -> str:
    """The base activity that is overridden; InvalidError where the person holds nothing of their own."""
    activity = roster.base_at(request.person, request.slot)
    if activity is not None:
        return activity
    coverage = roster.coverages.get((request.person, request.slot))
    if coverage is not None:
        raise InvalidError(
            "person",
            f"{request.person} only covers {coverage.person} at {request.slot}",
            hint=f"override the assignment of {coverage.person}, with supersedes {coverage.id}",
        )
    raise InvalidError("person", f"{request.person} holds nothing at {request.slot}", hint="see get_schedule")


def _require_type(roster: Roster, request: OverrideRequest, code: str) -> None:
    activity = roster.catalogue[code]
    if activity.is_time_off:
        raise InvalidError("person", f"{code} is time off, which is never overridden")
    if request.type is OverrideType.CANCELLATION and (activity.never_cancelled or activity.must_staff):
        raise InvalidError("type", f"{code} is never cancelled", valid=[OverrideType.COVERAGE, OverrideType.GAP])
    if (request.type is OverrideType.COVERAGE) != (request.replacement is not None):
        wanted = "is required for a coverage" if request.replacement is None else "is for a coverage alone"
        raise InvalidError("replacement", wanted)
    if not request.reason.strip():
        raise InvalidError("reason", "a few words are needed")
    for field, text in (("reason", request.reason), ("notes", request.notes or "")):
        if len(text) > LONGEST_TEXT:
            raise InvalidError(field, f"at most {LONGEST_TEXT} characters")


async def _require_free_place(unit: UnitOfWork, slug: str, roster: Roster, request: OverrideRequest) -> None:
    """One active override per assignment: a second one names the first."""
    standing = next(
        (o for o in (*roster.overrides, *roster.unapplied) if (o.person, o.slot) == (request.person, request.slot)),
        None,
    )
    if request.supersedes is not None and (standing is None or standing.id != request.supersedes):
        record = await unit.overrides.get(slug, request.supersedes)
        if not record.active:
            raise ConflictError(f"the override {record.override.id} is no longer active", hint="leave supersedes out")
        raise InvalidError("supersedes", f"{record.override.id} overrides another assignment")
    if standing is not None and request.supersedes is None:
        raise ConflictError(
            f"{request.person} already has an active override at {request.slot}: {standing.id}, {standing.type.value}",
            hint=f"give supersedes {standing.id}, or revert it first",
            details={"with": standing.id},
        )


def _require_replacement(roster: Roster, request: OverrideRequest, activity: str) -> None:
    if request.replacement is None:
        return
    without = [o for o in (*roster.overrides, *roster.unapplied) if o.id != request.supersedes]
    before = overlaid(roster, without) if request.supersedes else roster
    reasons = blockers(before, request.replacement, request.slot, activity, original=request.person)
    if not reasons:
        return
    liftable = all(b.lifts is not None for b in reasons)
    raise InvalidError(
        "replacement",
        "; ".join(b.message for b in reasons),
        hint="cancel that slot of the replacement first" if liftable else "plan_cascade finds who can",
    )


def _require_open_date(unit: UnitOfWork, roster: Roster, request: OverrideRequest) -> None:
    policy = roster.program.policy
    if request.glass is not None:
        check_break_glass(request.glass, request.role, policy.rights)
    today = roster.program.clock.today()
    if require_open([request.slot.date], today, policy.guard, request.glass) and request.glass is not None:
        unit.changed("break_glass", request.glass.code)


def _same_cell(assignment: Assignment, override: Override) -> bool:
    return assignment.slot == override.slot and override.person in (assignment.person, assignment.base_person)


def _follow_on(after: Roster, override: Override) -> tuple[tuple[Slot, str], ...]:
    """PCAT and DO of the next day that still stand with the one whose call somebody else takes now."""
    night = override.slot
    call = after.policy(night.date).call
    moved = override.type is OverrideType.COVERAGE and override.activity == call.activity
    if not moved or not is_weekday_call(night.date):
        return ()
    places = [
        (Slot(night.date + days(1), Part.AM), call.post_call_am),
        (Slot(night.date + days(1), Part.PM), call.post_call_pm),
    ]
    return tuple((slot, code) for slot, code in places if after.at(override.person, slot) == code)


def _eligible(after: Roster, override: Override) -> tuple[str, ...]:
    """Who could take a call that is left open: a gap there is loud."""
    activity = after.catalogue[override.activity]
    if override.type is not OverrideType.GAP or not activity.must_staff:
        return ()
    faculty = (p.id for p in after.program.people if p.takes_call)
    return tuple(
        p for p in faculty if not blockers(after, p, override.slot, override.activity, original=override.person)
    )

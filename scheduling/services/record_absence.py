"""Record an absence, and say what it leaves to be covered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.services.asked_window import outside_data
from scheduling.services.read_schedule import Assignment, assignments
from scheduling.store.repository import new_id
from scheduling.store.unit import UnitOfWork

LONGEST_REASON = 500
LONGEST = 3 * 366
"""Days one absence may last: longer is no absence but somebody who left."""


@dataclass(frozen=True, slots=True)
class AbsenceRequest:
    """An absence as asked for: from its first to its last day part, inclusive."""

    person: str
    start: dt.date
    end: dt.date
    start_part: Part = Part.AM
    end_part: Part = Part.NIGHT
    type: AbsenceType = AbsenceType.UNSPECIFIED
    status: AbsenceStatus = AbsenceStatus.APPROVED
    reason: str | None = None


@dataclass(frozen=True)
class RecordedAbsence:
    """What was recorded, and the person's duties that lie in it (recovery included), calls apart, by slot.

    `repeated` is True when the very same absence was on record already and nothing was added. `roster` is the schedule
    before the absence. `note` says what part of it no schedule covers.
    """

    absence: Absence
    slots: tuple[Assignment, ...]
    calls: tuple[Assignment, ...]
    roster: Roster
    repeated: bool = False
    note: str | None = None


async def record_absence(unit: UnitOfWork, slug: str, request: AbsenceRequest) -> RecordedAbsence:
    """Store the absence in a unit that has done nothing yet.

    InvalidError when it ends before it starts or lasts too long, NotFoundError for an unknown person. It may lie outside
    the published schedule. The same absence again adds nothing.
    """
    absence = _absence(request)
    await unit.lock(slug)
    program = await unit.program(slug)
    program.person(request.person)
    known = next((a for a in program.absences_of(request.person) if _same(a, absence)), None)
    recovery = program.policies.at(absence.end).absences.recovery_days
    window = Window(absence.start, max(absence.end, absence.blocked_until(recovery)))
    roster = await unit.roster(slug, window, margin=0)
    affected = [
        a
        for a in assignments(roster, window)
        if a.person == absence.person
        and not roster.catalogue[a.activity].is_time_off
        and (absence.covers(a.slot) or absence.end < a.slot.date <= window.end)
    ]
    if known is None:
        await unit.absences.add(slug, absence)
        payload = {
            "absence": absence.id,
            "person": absence.person,
            "start": str(absence.start),
            "end": str(absence.end),
        }
        unit.emit("absence.recorded", payload, f"absence:{absence.id}:recorded", program=slug)
    call = roster.policy(absence.start).call.activity
    return RecordedAbsence(
        absence=known or absence,
        slots=tuple(a for a in affected if a.activity != call),
        calls=tuple(a for a in affected if a.activity == call),
        roster=roster,
        repeated=known is not None,
        note=None if _all_known(roster, window) else await outside_data(unit, slug, window),
    )


def _absence(request: AbsenceRequest) -> Absence:
    if (request.end - request.start).days >= LONGEST:
        raise InvalidError("end", f"an absence lasts at most {LONGEST} days")
    reason = (request.reason or "").strip() or None
    if reason is not None and len(reason) > LONGEST_REASON:
        raise InvalidError("reason", f"at most {LONGEST_REASON} characters")
    return Absence(
        id=new_id("abs"),
        person=request.person,
        start=request.start,
        end=request.end,
        start_part=request.start_part,
        end_part=request.end_part,
        type=request.type,
        status=request.status,
        reason=reason,
    )


def _same(one: Absence, other: Absence) -> bool:
    def facts(a: Absence) -> tuple[object, ...]:
        return (a.start, a.start_part, a.end, a.end_part, a.type, a.status)

    return facts(one) == facts(other)


def _all_known(roster: Roster, window: Window) -> bool:
    return bool(roster.known[roster.day(window.start) : roster.day(window.end) + 1].all())

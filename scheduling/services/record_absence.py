"""Record an absence, change or end one on record, and say what it leaves to be covered."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.services.absence_on_record import absence_on_record
from scheduling.services.asked_window import outside_data
from scheduling.services.change_absence import change_absence
from scheduling.services.read_schedule import Assignment, assignments
from scheduling.services.standing_cover import StandingCover
from scheduling.store.repository import new_id
from scheduling.store.unit import UnitOfWork

LONGEST_REASON = 500
REQUESTS = frozenset({AbsenceStatus.PENDING, AbsenceStatus.ANTICIPATED})
"""What somebody may record who does not decide."""
LONGEST = 3 * 366
"""Days one absence may last: longer is no absence but somebody who left."""


@dataclass(frozen=True, slots=True)
class AbsenceRequest:
    """An absence as asked for: from its first to its last day part, inclusive.

    Whoever does not `decide` on absences only asks: what was decided stays so.
    """

    person: str
    start: dt.date
    end: dt.date
    start_part: Part = Part.AM
    end_part: Part = Part.NIGHT
    type: AbsenceType = AbsenceType.UNSPECIFIED
    status: AbsenceStatus = AbsenceStatus.APPROVED
    reason: str | None = None
    decides: bool = True


@dataclass(frozen=True)
class RecordedAbsence:
    """What was recorded, and the person's duties that lie in it (recovery included), calls apart, by slot.

    `repeated` is True when the very same absence was on record already and nothing was done; `was` is the status of one
    that was changed, `cover` what stays of its cover when it blocks no more. `roster` is the schedule before. `note` says
    what part of it no schedule covers.
    """

    absence: Absence
    slots: tuple[Assignment, ...]
    calls: tuple[Assignment, ...]
    roster: Roster
    repeated: bool = False
    was: AbsenceStatus | None = None
    cover: StandingCover = field(default_factory=StandingCover)
    note: str | None = None


async def record_absence(unit: UnitOfWork, slug: str, request: AbsenceRequest) -> RecordedAbsence:
    """Store the absence in a unit that has done nothing yet, or change the one on record from and to the same day parts.

    The same absence again adds nothing; one that is cancelled or denied keeps its row and blocks no more. InvalidError when
    it ends before it starts or lasts too long, NotFoundError for an unknown person, or for ending an absence that is not on
    record. It may lie outside the published schedule.
    """
    asked = _absence(request)
    await unit.lock(slug)
    program = await unit.program(slug)
    program.person(request.person)
    known = absence_on_record(program.absences_of(request.person), asked, decides=request.decides)
    absence = asked if known is None else _changed(known, asked, decides=request.decides)
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
        await _add(unit, slug, absence)
        cover = StandingCover()
    else:
        cover = (await change_absence(unit, slug, known, absence)).cover
    call = roster.policy(absence.start).call.activity
    return RecordedAbsence(
        absence=absence,
        slots=tuple(a for a in affected if a.activity != call),
        calls=tuple(a for a in affected if a.activity == call),
        roster=roster,
        repeated=absence == known,
        was=None if known is None or known == absence else known.status,
        cover=cover,
        note=None if _all_known(roster, window) else await outside_data(unit, slug, window),
    )


async def _add(unit: UnitOfWork, slug: str, absence: Absence) -> None:
    await unit.absences.add(slug, absence)
    payload = {
        "absence": absence.id,
        "person": absence.person,
        "start": str(absence.start),
        "end": str(absence.end),
    }
    unit.emit("absence.recorded", payload, f"absence:{absence.id}:recorded", program=slug)


def _changed(known: Absence, asked: Absence, *, decides: bool) -> Absence:
    """The absence on record under its new status, with what it did not say of itself before."""
    if known.status is asked.status or (asked.ended and known.ended):
        return known
    if not decides and not {known.status, asked.status} <= REQUESTS:
        return known
    if asked.ended:
        return replace(known, status=asked.status)
    kind = known.type if asked.type is AbsenceType.UNSPECIFIED else asked.type
    return replace(known, status=asked.status, type=kind, reason=asked.reason or known.reason)


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


def _all_known(roster: Roster, window: Window) -> bool:
    return bool(roster.known[roster.day(window.start) : roster.day(window.end) + 1].all())

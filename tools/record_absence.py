"""`record_absence`: put an absence on record and learn what it leaves to be covered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from auth.fields import Day, PartName, PersonId
from auth.shapes import SlotShape
from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.errors import ForbiddenError
from scheduling.model.part import Part
from scheduling.services.asked_window import LONGEST
from scheduling.services.read_schedule import Assignment
from scheduling.services.record_absence import (
    LONGEST_REASON,
    REQUESTS,
    AbsenceRequest,
    RecordedAbsence,
    record_absence,
)
from tools.standing_cover import cover_next, cover_notes, cover_shown
from tools.tool import Args, AsOf, Call, Effect, Next, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Record an absence from its first to its last day part. Coordinators and directors record anybody's, approved at once; "
    "faculty and residents only their own, as a request (pending) that somebody approves. "
    "The same dates with another status change the one on record: cancelled ends it. "
    "Gives the duties and calls that lie in it. Nothing is covered by this: next, plan_cascade."
)
_LISTED = 12


class RecordAbsenceArgs(Args):
    """The absence."""

    person: Annotated[PersonId, Field(description="Id.")]
    start: Annotated[Day, Field(description="First date.")]
    end: Annotated[Day, Field(description="Last date, inclusive.")]
    start_part: Annotated[PartName, Field(description="First part of the first date.")] = "AM"
    end_part: Annotated[PartName, Field(description="Last part of the last date.")] = "NIGHT"
    type: Annotated[AbsenceType, Field(description="Sensitive.")] = AbsenceType.UNSPECIFIED
    status: Annotated[AbsenceStatus | None, Field(description="Default approved; a request of your own: pending.")] = (
        None
    )
    reason: Annotated[str | None, Field(max_length=LONGEST_REASON, description="Sensitive.")] = None


class AbsenceShape(Shape):
    """The absence as recorded."""

    id: str
    person: str
    start: dt.date
    end: dt.date
    start_part: PartName
    end_part: PartName
    type: AbsenceType
    status: AbsenceStatus


class DutyShape(SlotShape):
    """A duty that lies in the absence."""

    activity: str


class Affected(Shape):
    """Duties and calls that lie in the absence and the recovery after it: how many, and the first of them by date."""

    slot_count: int
    call_count: int
    slots: tuple[DutyShape, ...]
    calls: tuple[DutyShape, ...]


class RecordAbsenceResult(Result):
    """The absence, and what it touches."""

    absence: AbsenceShape
    affected: Affected
    overrides: Annotated[tuple[str, ...] | None, Field(description="Active cover of an absence that ended.")] = None


async def handle(args: RecordAbsenceArgs, call: Call) -> RecordAbsenceResult:
    """Record it, for others only with the right to."""
    call.require_own(Scope.PEOPLE_ABSENCE, args.person)
    async with call.unit() as unit:
        recorded = await record_absence(unit, call.program, _request(args, call))
    return RecordAbsenceResult(
        absence=_absence(recorded.absence),
        affected=Affected(
            slot_count=len(recorded.slots),
            call_count=len(recorded.calls),
            slots=_duties(recorded.slots),
            calls=_duties(recorded.calls),
        ),
        overrides=cover_shown(recorded.cover),
        as_of=AsOf.of(recorded.roster, call),
        note=" ".join(_notes(recorded)) or None,
        next=_next(recorded, call),
    )


def _request(args: RecordAbsenceArgs, call: Call) -> AbsenceRequest:
    decides = call.access.may(Scope.PEOPLE_ABSENCE)
    status = args.status or (AbsenceStatus.APPROVED if decides else AbsenceStatus.PENDING)
    if not decides and status not in REQUESTS:
        ends = status is not AbsenceStatus.APPROVED
        raise ForbiddenError(
            f"you may ask for an absence of your own, not make it {status}",
            hint="a coordinator or director ends it"
            if ends
            else "leave status out: it is recorded as pending, and a coordinator or director approves it",
        )
    return AbsenceRequest(
        person=args.person,
        start=args.start,
        end=args.end,
        start_part=Part[args.start_part],
        end_part=Part[args.end_part],
        type=args.type,
        status=status,
        reason=args.reason,
        decides=decides,
    )


def _absence(absence: Absence) -> AbsenceShape:
    return AbsenceShape(
        id=absence.id,
        person=absence.person,
        start=absence.start,
        end=absence.end,
        start_part=absence.start_part.name,
        end_part=absence.end_part.name,
        type=absence.type,
        status=absence.status,
    )


def _duties(found: Sequence[Assignment]) -> tuple[DutyShape, ...]:
    return tuple(DutyShape(date=a.slot.date, part=a.slot.part.name, activity=a.activity) for a in found[:_LISTED])


def _notes(recorded: RecordedAbsence) -> list[str]:
    absence, notes = recorded.absence, []
    if recorded.repeated:
        notes.append("This absence was on record already; nothing was added.")
    if recorded.was is not None:
        notes.append(f"It was on record as {recorded.was} and is {absence.status} now.")
    if absence.ended:
        notes.append(f"It is {absence.status} and blocks nothing; its duties stay with {absence.person}.")
    elif not absence.blocks:
        notes.append(f"It is {absence.status} and blocks nothing until it is approved.")
    notes += cover_notes(recorded.cover)
    if recorded.note:
        notes.append(recorded.note)
    return notes


def _next(recorded: RecordedAbsence, call: Call) -> tuple[Next, ...] | None:
    """Cover a faculty member's duties, judge a resident's schedule, or take back the cover of an absence that ended."""
    absence = recorded.absence
    if not absence.blocks and recorded.cover.overrides:
        return cover_next(recorded.cover, call)
    if absence.ended or not (recorded.slots or recorded.calls):
        return None
    faculty = recorded.roster.program.person(absence.person).is_faculty
    if faculty and not call.access.may(Scope.SCHEDULE_PROPOSE):
        return None
    # A leave may be longer than what one plan spans, or one validation judges.
    longest = recorded.roster.policy(absence.start).cascade.max_days if faculty else LONGEST
    arguments = {
        "program": call.program,
        "start": absence.start.isoformat(),
        "end": min(absence.end, absence.start + dt.timedelta(days=longest - 1)).isoformat(),
    }
    if not faculty:
        return (Next(tool="validate_schedule", arguments=arguments, why="see what the absence breaks"),)
    arguments |= {"person": absence.person, "reason": "absence"}
    return (Next(tool="plan_cascade", arguments=arguments, why="find out how these duties can be covered"),)


TOOL = Tool(
    "record_absence",
    "Record an absence",
    DESCRIPTION,
    RecordAbsenceArgs,
    RecordAbsenceResult,
    scopes={Scope.PEOPLE_ABSENCE},
    own={Scope.PEOPLE_ABSENCE},
    effect=Effect.COMMIT,
    handle=handle,
)

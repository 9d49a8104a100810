"""`day/{date}`: who is where, who is on call tonight, what is open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from auth.fields import PartName
from auth.shapes import AsOf, AssignmentShape, names_of
from resources.places import DATES, DatePlace
from resources.resource import Body, Call, Resource, Scope, Shape
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.coverage.duties import gaps, needs
from scheduling.services.read_schedule import Assignment, SlotState, assignments


class OpenShape(Shape):
    """A duty that must be staffed or was assigned, and is not done; `person` is who should do it."""

    part: PartName
    activity: str
    severity: str
    why: str
    person: str | None = None
    override: str | None = None
    count: int = 1


class DayBody(Body):
    """One day. `parts` lists, for each part and activity, the ids of those who do it; `changed` what overrides changed."""

    date: dt.date
    weekday: int
    block: str
    holiday: str | None = None
    on_call: tuple[str, ...]
    parts: dict[PartName, dict[str, tuple[str, ...]]]
    gaps: tuple[OpenShape, ...]
    changed: tuple[AssignmentShape, ...]
    absent: tuple[str, ...]
    names: dict[str, str] | None = None
    note: str | None = None
    as_of: AsOf


async def handle(place: DatePlace, call: Call) -> DayBody:
    """Read the day with what overrides made of it."""
    day = Window(place.date, place.date)
    async with call.unit() as unit:
        roster = await unit.roster(call.program, day, margin=0)
        note = None if covers(roster, day) else await outside_data(unit, call.program, day)
    program = roster.program
    found = assignments(roster, day)
    night = Slot(place.date, Part.NIGHT)
    absent = tuple(
        p.id
        for p in program.people
        if p.active and any(roster.is_absent(p.id, Slot(place.date, part)) for part in PARTS)
    )
    shown = {*absent, *(a.person for a in found), *(a.base_person for a in found)}
    return DayBody(
        date=place.date,
        weekday=place.date.isoweekday(),
        block=str(program.calendar.block_of(place.date).ref),
        holiday=program.holidays.get(place.date),
        on_call=roster.holders(roster.policy(place.date).call.activity, night),
        parts={part.name: _by_activity(found, part) for part in PARTS},
        gaps=tuple(
            OpenShape(
                part=g.slot.part.name,
                activity=g.activity,
                severity=g.severity.value,
                why=g.why.value,
                person=g.person,
                override=g.override,
                count=g.count,
            )
            for g in gaps(roster, day, list(needs(roster, day)))
        ),
        changed=tuple(AssignmentShape.of(a) for a in found if a.state is not SlotState.BASE),
        absent=absent,
        names=names_of(program.people, shown) if call.names else None,
        note=note,
        as_of=AsOf.of(roster, call),
    )


def _by_activity(found: Sequence[Assignment], part: Part) -> dict[str, tuple[str, ...]]:
    people: dict[str, list[str]] = {}
    for assignment in found:
        if assignment.slot.part is part and assignment.person is not None:
            people.setdefault(assignment.activity, []).append(assignment.person)
    return {activity: tuple(ids) for activity, ids in sorted(people.items())}


RESOURCE = Resource(
    "housestaff://{program}/day/{date}",
    "day",
    "Day",
    "Who is where on a date, who is on call that night, what is open and what overrides changed.",
    DatePlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=DATES,
)

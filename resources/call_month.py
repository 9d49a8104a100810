"""`call/{month}`: who is on call every night of a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from auth.shapes import AsOf, names_of
from resources.places import MONTHS, MonthPlace
from resources.resource import Body, Call, Resource, Scope, Shape
from scheduling.model.part import Part, Slot
from scheduling.model.pools import pool_of
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.read_schedule import Assignment, assignments


class NightShape(Shape):
    """One night. `state` is base, covered, gap, cancelled, open (nobody is assigned) or missing (no data).

    `pool` is what its call counts towards: sunday, weekday or holiday; Friday and Saturday nights are the inpatient
    attending's.
    """

    date: dt.date
    weekday: int
    person: str | None
    state: str
    base_person: str | None = None
    override: str | None = None
    pool: str | None = None
    holiday: str | None = None
    absent: bool | None = None


class CallBody(Body):
    """The nights of a month; a night with two callers stands twice. `held` counts nights by person."""

    month: str
    nights: tuple[NightShape, ...]
    held: dict[str, int]
    names: dict[str, str] | None = None
    note: str | None = None
    as_of: AsOf


async def handle(place: MonthPlace, call: Call) -> CallBody:
    """Read the nights with what overrides made of them."""
    window = place.window()
    async with call.unit() as unit:
        roster = await unit.roster(call.program, window, margin=0)
        note = None if covers(roster, window) else await outside_data(unit, call.program, window)
    found: dict[dt.date, list[Assignment]] = {}
    for assignment in assignments(roster, window):
        if assignment.activity == roster.policy(assignment.slot.date).call.activity:
            found.setdefault(assignment.slot.date, []).append(assignment)
    nights = [n for date in window for n in _nights(roster, date, found.get(date, []))]
    held: dict[str, int] = {}
    for person in sorted(n.person for n in nights if n.person):
        held[person] = held.get(person, 0) + 1
    shown = {n.person for n in nights} | {n.base_person for n in nights}
    return CallBody(
        month=place.month,
        nights=tuple(nights),
        held=held,
        names=names_of(roster.program.people, shown) if call.names else None,
        note=note,
        as_of=AsOf.of(roster, call),
    )


def _nights(roster: Roster, date: dt.date, found: Sequence[Assignment]) -> list[NightShape]:
    if not found:
        recorded = roster.recorded_calls is not None and date in roster.recorded_calls
        state = "open" if recorded and roster.known[roster.day(date)] else "missing"
        return [_night(roster, date, state)]
    return [_night(roster, date, a.state.value, a) for a in found]


def _night(roster: Roster, date: dt.date, state: str, assignment: Assignment | None = None) -> NightShape:
    person = assignment.person if assignment else None
    pool = pool_of(date, roster.program.holidays)
    return NightShape(
        date=date,
        weekday=date.isoweekday(),
        person=person,
        state=state,
        base_person=assignment.base_person if assignment else None,
        override=assignment.override if assignment else None,
        pool=pool.value if pool else None,
        holiday=roster.program.holidays.get(date),
        absent=True if person and roster.is_absent(person, Slot(date, Part.NIGHT)) else None,
    )


RESOURCE = Resource(
    "housestaff://{program}/call/{month}",
    "call",
    "Call",
    "Who is on call every night of a month (YYYY-MM), with covers, gaps and the pool each night counts towards.",
    MonthPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=MONTHS,
)

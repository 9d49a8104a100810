"""`person/{id}/calendar.ics`: one person's duties as a calendar file."""

from __future__ import annotations

from resources.places import PEOPLE, PersonPlace, window_from
from resources.resource import Call, Resource, Scope
from scheduling.services.feed import read_calendar


async def handle(place: PersonPlace, call: Call) -> str:
    """Read the calendar; without dates from five weeks ago to a year and a month ahead."""
    async with call.unit() as unit:
        window = None
        if place.start is not None or place.end is not None:
            program = await unit.program(call.program)
            window = window_from(place.start, place.end, program.clock.today())
        return (await read_calendar(unit, call.program, place.id, window)).content.decode()


RESOURCE = Resource(
    "housestaff://{program}/person/{id}/calendar.ics{?start,end}",
    "person_calendar",
    "A person's calendar",
    "One person's duties, leave and calls as iCalendar, in the program's time zone.",
    PersonPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    mime="text/calendar",
    completions=PEOPLE,
)

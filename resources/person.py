"""`person/{id}`: one person's duties, rotations and absences."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Self

from auth.fields import PartName
from auth.shapes import AsOf, AssignmentShape
from resources.places import PEOPLE, PersonPlace, window_from
from resources.resource import Body, Call, Resource, Scope, Shape
from scheduling.model.absence import Absence
from scheduling.model.calendar import academic_year
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data, window_of
from scheduling.services.read_schedule import read_schedule


class HeldCredential(Shape):
    """A credential; `valid` on the program's today."""

    code: str
    level: str
    expires: dt.date | None = None
    valid: bool


class RotationShape(Shape):
    """A run of days on one rotation."""

    name: str
    activity: str
    start: dt.date
    end: dt.date


class AbsenceShape(Shape):
    """An absence; `type` and `reason` only for those who may see them."""

    id: str
    start: dt.date
    end: dt.date
    start_part: PartName
    end_part: PartName
    status: str
    type: str | None = None
    reason: str | None = None

    @classmethod
    def of(cls, absence: Absence, *, sensitive: bool) -> Self:
        """The absence as this caller may see it."""
        return cls(
            id=absence.id,
            start=absence.start,
            end=absence.end,
            start_part=absence.start_part.name,
            end_part=absence.end_part.name,
            status=absence.status.value,
            type=absence.type.value if sensitive else None,
            reason=absence.reason if sensitive else None,
        )


class PersonBody(Body):
    """One person over some dates (four weeks from today unless asked otherwise)."""

    id: str
    name: str | None = None
    kind: str
    pgy: int | None = None
    role: str | None = None
    active: bool
    credentials: tuple[HeldCredential, ...]
    start: dt.date
    end: dt.date
    rotations: tuple[RotationShape, ...]
    duties: tuple[AssignmentShape, ...]
    absences: tuple[AbsenceShape, ...]
    note: str | None = None
    as_of: AsOf


async def handle(place: PersonPlace, call: Call) -> PersonBody:
    """Read the person's duties with overrides; absences with type and reason only for those who may see them."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        person = program.person(place.id)
        today = program.clock.today()
        asked = window_from(place.start, place.end, today)
        window = window_of(program.calendar, asked.start, asked.end)
        view = await read_schedule(unit, call.program, window, people=[person.id])
        note = None if covers(view.roster, window) else await outside_data(unit, call.program, window)
    sensitive = call.access.sees(Scope.PEOPLE_ABSENCE, person.id)
    absences = (a for a in program.absences_of(person.id) if a.start <= window.end and window.start <= a.end)
    return PersonBody(
        id=person.id,
        name=person.name if call.names else None,
        kind=person.kind.value,
        pgy=person.pgy(academic_year(window.start)) if person.is_resident else None,
        role=person.role.value if person.role else None,
        active=person.active,
        credentials=tuple(
            HeldCredential(code=c.code, level=c.level.name.lower(), expires=c.expires, valid=c.holds(today))
            for c in person.credentials
        ),
        start=window.start,
        end=window.end,
        rotations=tuple(_rotations(view.roster, person.id, window)),
        duties=tuple(AssignmentShape.of(a) for a in view.assignments),
        absences=tuple(AbsenceShape.of(a, sensitive=sensitive) for a in absences),
        note=note,
        as_of=AsOf.of(view.roster, call),
    )


def _rotations(roster: Roster, person: str, window: Window) -> Iterator[RotationShape]:
    run: RotationShape | None = None
    for date in window:
        rotation = roster.rotation_of(person, date)
        if run is not None and (rotation is None or rotation.name != run.name):
            yield run
            run = None
        if rotation is not None:
            start = run.start if run else date
            run = RotationShape(name=rotation.name, activity=rotation.activity, start=start, end=date)
    if run is not None:
        yield run


RESOURCE = Resource(
    "housestaff://{program}/person/{id}{?start,end}",
    "person",
    "Person",
    "One person's duties, rotations, credentials and absences; four weeks from today unless start and end are given.",
    PersonPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=PEOPLE,
)

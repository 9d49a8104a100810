"""`housestaff://programs`: the programs the caller has a role in."""

from __future__ import annotations

import datetime as dt
from typing import Self

from resources.resource import Body, Call, Place, Resource, Shape
from scheduling.model.program import Program
from scheduling.store.programs import State


class ProgramShape(Shape):
    """One program: the caller's role in it, its date and zone, and which dates its published schedule covers."""

    slug: str
    role: str
    person: str | None = None
    zone: str
    today: dt.date
    block: str
    start: dt.date | None = None
    end: dt.date | None = None

    @classmethod
    def of(cls, program: Program, state: State, call: Call) -> Self:
        """The program as this caller meets it."""
        member = call.principal.membership(program.slug)
        assert member is not None
        today = program.clock.today()
        return cls(
            slug=program.slug,
            role=member.role.value,
            person=member.person,
            zone=program.clock.zone,
            today=today,
            block=str(program.calendar.block_of(today).ref),
            start=state.known.start if state.known else None,
            end=state.known.end if state.known else None,
        )


class ProgramsBody(Body):
    """The caller's programs, by slug."""

    programs: tuple[ProgramShape, ...]


async def handle(_: Place, call: Call) -> ProgramsBody:
    """List the programs; those the caller has no role in are not named."""
    async with call.unit() as unit:
        mine = call.principal.programs(await unit.programs.known())
        found = [ProgramShape.of(await unit.program(p), await unit.programs.state(p), call) for p in mine]
    return ProgramsBody(programs=tuple(found))


RESOURCE = Resource(
    "housestaff://programs",
    "programs",
    "Programs",
    "The programs you have a role in, with their date, zone and the dates their schedule covers.",
    Place,
    scopes=frozenset(),
    handle=handle,
)

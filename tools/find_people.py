"""`find_people`: who there is, by what they are, what they may do, and when they are free."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field

from auth.fields import Day, PartName
from scheduling.model.part import Part, Slot
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.services.find_people import Criteria, Found, find_people
from tools.tool import AsOf, Call, Detail, Effect, ListArgs, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Find people of the program: residents, faculty, learners. Filter by part of an id (or name, if you may see names), "
    "kind, PGY, faculty role, credential, or who is free in a slot (not absent, nothing assigned). "
    "Every other tool takes the ids found here."
)


class FreeOn(BaseModel):
    """A slot somebody must be free in."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    date: Day
    part: PartName


class FindPeopleArgs(ListArgs):
    """What the people must meet, all of it."""

    query: Annotated[str | None, Field(max_length=60, description="Part of an id or name.")] = None
    kind: Annotated[Kind | None, Field(description="What they are.")] = None
    pgy: Annotated[int | None, Field(ge=1, le=9, description="Residents of this year.")] = None
    role: Annotated[FacultyRole | None, Field(description="Faculty role.")] = None
    credential: Annotated[str | None, Field(max_length=20, description="Valid credential, such as VAS.")] = None
    free_on: Annotated[FreeOn | None, Field(description="Free in this slot.")] = None

    def criteria(self) -> Criteria:
        """The arguments as the service takes them."""
        slot = Slot(self.free_on.date, Part[self.free_on.part]) if self.free_on else None
        return Criteria(self.query, self.kind, self.pgy, self.role, self.credential, slot)


class CredentialShape(Shape):
    """A credential in full."""

    code: str
    level: str
    expires: dt.date | None = None


class PersonShape(Shape):
    """One person; `credentials` are the valid ones, `held` (detailed) all of them."""

    id: str
    name: str | None = None
    kind: Kind
    pgy: int | None = None
    role: FacultyRole | None = None
    credentials: tuple[str, ...]
    held: tuple[CredentialShape, ...] | None = None
    available_weekdays: tuple[int, ...] | None = None
    supervisor: str | None = None
    site: str | None = None

    @classmethod
    def of(cls, person: Person, year: int, date: dt.date, *, name: bool, detail: Detail) -> Self:
        """The person as of a date of an academic year."""
        full = detail is Detail.DETAILED
        held = tuple(
            CredentialShape(code=c.code, level=c.level.name.lower(), expires=c.expires) for c in person.credentials
        )
        return cls(
            id=person.id,
            name=person.name if name else None,
            kind=person.kind,
            pgy=person.pgy(year) if person.is_resident else None,
            role=person.role,
            credentials=tuple(c.code for c in person.credentials if c.holds(date)),
            held=held if full and held else None,
            available_weekdays=(person.available_weekdays or None) if full else None,
            supervisor=person.supervisor if full else None,
            site=(person.site or None) if full else None,
        )


class FindPeopleResult(Result):
    """The people found, by id."""

    pages = "people"

    people: tuple[PersonShape, ...]


async def handle(args: FindPeopleArgs, call: Call) -> FindPeopleResult:
    """Search, and show names only where the caller may see them."""
    async with call.unit() as unit:
        found = await find_people(unit, call.program, args.criteria(), names=call.names)
    return FindPeopleResult(
        people=tuple(
            PersonShape.of(p, found.year, found.date, name=call.names, detail=args.detail) for p in found.people
        ),
        note=_note(found, args),
        as_of=AsOf.of(found.roster, call) if found.roster else None,
    )


def _note(found: Found, args: FindPeopleArgs) -> str | None:
    if found.unknown_slot and args.free_on:
        return f"No published schedule covers {args.free_on.date}: nobody can be said to be free."
    return None if found.people else "Nobody meets all of this; leave a filter out."


TOOL = Tool(
    "find_people",
    "Find people",
    DESCRIPTION,
    FindPeopleArgs,
    FindPeopleResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

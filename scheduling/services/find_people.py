"""Find people by what they are, what they may do, and when they are free."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.calendar import academic_year
from scheduling.model.errors import InvalidError
from scheduling.model.part import Slot, Window
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.roster import Roster
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Criteria:
    """What people must meet, all of it. `query` is part of an id or, where names may be searched, of a name."""

    query: str | None = None
    kind: Kind | None = None
    pgy: int | None = None
    role: FacultyRole | None = None
    credential: str | None = None
    free_on: Slot | None = None


@dataclass(frozen=True)
class Found:
    """The people who meet the criteria, by id; PGY and credentials are as of `date` and its academic year.

    `roster` is the one `free_on` was answered from; `unknown_slot` is True when no schedule covers that slot.
    """

    people: tuple[Person, ...]
    date: dt.date
    year: int
    roster: Roster | None = None
    unknown_slot: bool = False


async def find_people(unit: UnitOfWork, slug: str, criteria: Criteria, *, names: bool = False) -> Found:
    """Active people who meet the criteria; credentials and PGY as of the slot asked for, or today."""
    program = await unit.program(slug)
    slot = criteria.free_on
    date = slot.date if slot else program.clock.today()
    if criteria.credential is not None:
        known = {c.code for p in program.people for c in p.credentials}
        if criteria.credential not in known:
            raise InvalidError("credential", "nobody holds such a credential", valid=sorted(known))
    year = academic_year(date)
    people = [p for p in program.people if p.active and _meets(p, criteria, year, names=names)]
    if criteria.credential is not None:
        people = [p for p in people if p.credential(criteria.credential, date)]
    if slot is None:
        return Found(tuple(people), date, year)
    roster = await unit.roster(slug, Window(slot.date, slot.date), margin=0)
    known_day = bool(roster.known[roster.day(slot.date)])
    free = [p for p in people if known_day and is_free(roster, p, slot)]
    return Found(tuple(free), date, year, roster, not known_day)


def is_free(roster: Roster, person: Person, slot: Slot) -> bool:
    """True when the person is active, not absent, available on that weekday, and holds nothing in the slot."""
    return (
        person.active
        and (not person.available_weekdays or slot.date.isoweekday() in person.available_weekdays)
        and roster.at(person.id, slot) is None
        and not roster.is_absent(person.id, slot)
    )


def free_faculty(roster: Roster, slot: Slot) -> Iterator[Person]:
    """Faculty who are free in the slot, adjuncts left out: they are placed by hand only."""
    return (p for p in roster.program.people if p.takes_call and is_free(roster, p, slot))


def _meets(person: Person, criteria: Criteria, year: int, *, names: bool) -> bool:
    return (
        (criteria.kind is None or person.kind is criteria.kind)
        and (criteria.role is None or person.role is criteria.role)
        and (criteria.pgy is None or (person.is_resident and person.pgy(year) == criteria.pgy))
        and (not criteria.query or _matches(person, criteria.query.casefold(), names=names))
    )


def _matches(person: Person, query: str, *, names: bool) -> bool:
    return query in person.id.casefold() or (names and query in (person.name or "").casefold())

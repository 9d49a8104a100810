"""Read blocks, holidays, people, credentials and absences of an import folder."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.calendar import Block, BlockRef, academic_year, days, year_window
from scheduling.model.part import Part
from scheduling.model.person import Credential, FacultyRole, Kind, Level, Person, WeeklyLimit
from scheduling.services.importing.layout import LIMITS
from scheduling.services.importing.table import Row
from scheduling.services.importing.year_input import with_ids

_LAST_PGY = 9
_MOST_HALF_DAYS = 14
_LEVELS = {level.name.lower(): level for level in Level}


def read_blocks(rows: Sequence[Row]) -> tuple[Block, ...]:
    """The year's blocks, consecutive and covering the academic year that the first one begins in."""
    blocks: list[Block] = []
    year: int | None = None
    last: Row | None = None
    for row in rows:
        number, start, end = row.number_of("block"), row.date("start"), row.date("end")
        if row.blank("block"):
            row.fail("block", "is empty")
        if number is None or start is None or end is None:
            continue
        year = academic_year(start) if year is None else year
        if end < start:
            row.fail("end", "the block ends before it starts")
            continue
        if not blocks and start != year_window(year).start:
            row.fail("start", f"the first block must start on {year_window(year).start}")
        if blocks:
            _check_follows(row, blocks[-1], number, start)
        blocks.append(Block(BlockRef(year, number), start, end))
        last = row
    if year is not None and last is not None and blocks[-1].end != year_window(year).end:
        last.fail("end", f"the last block must end on {year_window(year).end}")
    return tuple(blocks)


def _check_follows(row: Row, before: Block, number: int, start: dt.date) -> None:
    if number <= before.ref.number:
        row.fail("block", f"block {number} stands after block {before.ref.number}")
    if start <= before.end:
        row.fail("start", f"overlaps block {before.ref.number}, which ends on {before.end}")
    elif start != before.end + days(1):
        row.fail("start", f"leaves a gap after block {before.ref.number}, which ends on {before.end}")


def read_holidays(rows: Sequence[Row]) -> Mapping[dt.date, str]:
    """Names of the holidays by date."""
    holidays: dict[dt.date, str] = {}
    for row in rows:
        date, name = row.date("date"), row.text("name")
        if date is not None and date in holidays:
            row.fail("date", f"{date} stands twice")
        elif date is not None and row.ok:
            holidays[date] = name
    return dict(sorted(holidays.items()))


def read_people(rows: Sequence[Row], year: int) -> dict[str, Person]:
    """People by id, with their PGY in the academic year."""
    people: dict[str, Person] = {}
    supervised: list[Row] = []
    for row in rows:
        person = _read_person(row, year)
        if person.id in people:
            row.fail("person", f"{person.id} stands twice" if person.id.isascii() else "stands twice")
        people[person.id] = person
        if person.supervisor is not None:
            supervised.append(row)
    for row in supervised:
        row.known("supervisor", "person", people)
    return people


def _read_person(row: Row, year: int) -> Person:
    ident = row.text("person", longest=40)
    if ident and not ident.replace("-", "").replace("_", "").isalnum():
        row.fail("person", "not an id; valid: letters, digits, hyphen, underscore")
    kind = row.choice("kind", Kind)
    role = None
    pgy: dict[int, int] = {}
    if kind is Kind.FACULTY:
        role = row.choice("role", FacultyRole)
    elif kind is not None and not row.blank("role"):
        row.fail("role", "only faculty have a role")
    if kind is Kind.RESIDENT:
        number = row.number_of("pgy", most=_LAST_PGY)
        if number:
            pgy[year] = number
        elif not row.blank("pgy") and row.ok:
            row.fail("pgy", f"not a whole number from 1 to {_LAST_PGY}")
    elif kind is not None and not row.blank("pgy"):
        row.fail("pgy", "only residents have a PGY")
    return Person(
        id=ident,
        kind=kind or Kind.FACULTY,
        role=role,
        pgy_by_year=pgy,
        limits=_read_limits(row),
        available_weekdays=row.weekdays("available_weekdays"),
        avoid_call_weekdays=row.weekdays("avoid_call_weekdays"),
        prefer_call_weekdays=row.weekdays("prefer_call_weekdays"),
        supervisor=None if row.blank("supervisor") else row.text("supervisor", longest=40),
        site="" if row.blank("site") else row.text("site", longest=40),
        name=None if row.blank("name") else row.text("name", longest=120),
        active=_read_active(row),
    )


def _read_active(row: Row) -> bool:
    if row.blank("active"):
        return True
    value = row.text("active")
    if value not in ("yes", "no"):
        row.fail("active", "not one of the valid values: yes, no")
    return value != "no"


def _read_limits(row: Row) -> dict[str, WeeklyLimit]:
    limits: dict[str, WeeklyLimit] = {}
    for stem, activity in LIMITS.items():
        least = row.number_of(f"{stem}_min", most=_MOST_HALF_DAYS)
        most = row.number_of(f"{stem}_max", most=_MOST_HALF_DAYS)
        if least is not None and most is not None and least > most:
            row.fail(f"{stem}_max", f"is below {stem}_min")
        if least is not None or most is not None:
            limits[activity] = WeeklyLimit(least, most)
    return limits


def add_credentials(rows: Sequence[Row], people: dict[str, Person]) -> None:
    """Give people their credentials; a code need not be an activity."""
    held: dict[str, list[Credential]] = defaultdict(list)
    for row in rows:
        person, code = row.known("person", "person", people), row.text("credential", longest=20)
        level = Level.QUALIFIED if row.blank("level") else _LEVELS.get(row.text("level"))
        if level is None:
            row.fail("level", f"not one of the valid values: {', '.join(_LEVELS)}")
        expires = None if row.blank("expires") else row.date("expires")
        if any(c.code == code for c in held[person]):
            row.fail("credential", "stands twice for this person")
        if row.ok and level is not None:
            held[person].append(Credential(code, level, expires))
    for person, credentials in held.items():
        if person in people:
            people[person] = replace(people[person], credentials=tuple(sorted(credentials, key=lambda c: c.code)))


def read_absences(rows: Sequence[Row], people: Mapping[str, Person]) -> tuple[Absence, ...]:
    """Absences of any dates; those of one person may overlap."""
    absences: list[Absence] = []
    for row in rows:
        person, status = row.known("person", "person", people), row.choice("status", AbsenceStatus)
        start, end = row.date("start"), row.date("end")
        kind = AbsenceType.UNSPECIFIED if row.blank("type") else row.choice("type", AbsenceType)
        first = Part.AM if row.blank("start_part") else row.part("start_part")
        last = Part.NIGHT if row.blank("end_part") else row.part("end_part")
        if start is None or end is None or status is None or kind is None or first is None or last is None:
            continue
        if (end, last) < (start, first):
            row.fail("end", "the absence ends before it starts")
        elif row.ok:
            absences.append(Absence("", person, start, end, first, last, kind, status))
    return with_ids(absences)

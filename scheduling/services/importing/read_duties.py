"""Read rotations, FMIT weeks and calls of an import folder."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import Block, BlockRef, days, fmit_week, year_window
from scheduling.model.part import Window
from scheduling.model.person import Person
from scheduling.model.record import FmitWeek
from scheduling.model.rotation import Pattern
from scheduling.services.importing.table import Row
from scheduling.services.importing.year_input import MappedRotation

_WEEK = 7


def read_rotation_map(rows: Sequence[Row], catalogue: Catalogue) -> dict[str, MappedRotation]:
    """What each of the program's rotation names means, by name."""
    found: dict[str, MappedRotation] = {}
    for row in rows:
        name = row.text("rotation")
        halves: list[tuple[str, str]] = []
        for column in ("half1", "half2"):
            activity = row.known(column, "activity", catalogue.codes)
            pattern = row.choice(f"{column}_pattern", Pattern)
            halves.append((activity, pattern.value if pattern else Pattern.OUTPATIENT.value))
        if name in found:
            row.fail("rotation", "the rotation stands twice")
        elif name:
            found[name] = MappedRotation.of(name, halves[0], halves[1])
    return found


def read_rotations(
    rows: Sequence[Row], people: Mapping[str, Person], blocks: Sequence[Block], names: Mapping[str, MappedRotation]
) -> Mapping[tuple[str, BlockRef], str]:
    """The rotation's name of each resident and block; who has none is unassigned there."""
    refs = {str(b.ref.number): b.ref for b in blocks}
    found: dict[tuple[str, BlockRef], str] = {}
    for row in rows:
        person = row.known("person", "person", people)
        if person in people and not people[person].is_resident:
            row.fail("person", f"{person} is no resident")
        block = row.known("block", "block", refs) if refs else ""
        rotation = row.known("rotation", "rotation", names)
        key = (person, refs[block]) if block in refs else None
        if key is not None and key in found:
            row.fail("block", f"{person} has two rotations in block {block}")
        elif key is not None and row.ok:
            found[key] = rotation
    return dict(sorted(found.items()))


def read_fmit(rows: Sequence[Row], people: Mapping[str, Person], year: int) -> tuple[FmitWeek, ...]:
    """The attending of each FMIT week, Friday to Thursday; weeks at the year's edges may cross them."""
    weeks: dict[dt.date, FmitWeek] = {}
    for row in rows:
        start, end, person = row.date("start"), row.date("end"), _faculty(row, people)
        if start is None or end is None:
            continue
        if end < start:
            row.fail("end", "the week ends before it starts")
        elif Window(start, end) != fmit_week(start):
            row.fail("start", "an FMIT week runs from Friday to Thursday")
        elif not Window(start, end).meets(year_window(year)):
            row.fail("start", f"the week lies outside the academic year {year}")
        elif start in weeks:
            row.fail("start", f"the week of {start} stands twice")
        elif row.ok:
            weeks[start] = FmitWeek(start, end, person)
    return tuple(sorted(weeks.values()))


def read_calls(rows: Sequence[Row], people: Mapping[str, Person], year: int) -> Mapping[dt.date, str]:
    """The caller of each night; a week of nights before and after the year is kept in the neighbouring blocks."""
    calls: dict[dt.date, str] = {}
    lines: dict[dt.date, int] = {}
    near = year_window(year).widen(_WEEK, _WEEK)
    for row in rows:
        date, person = row.date("date"), _faculty(row, people)
        if date is None:
            continue
        if date not in near:
            row.fail("date", f"the night lies outside the academic year {year}")
        elif date in lines:
            row.fail("date", f"the night of {date} stands twice, first in row {lines[date]}")
        elif row.ok:
            calls[date] = person
        lines.setdefault(date, row.number)
    return dict(sorted(calls.items()))


def _faculty(row: Row, people: Mapping[str, Person]) -> str:
    person = row.known("person", "person", people)
    if person in people and not people[person].is_faculty:
        row.fail("person", f"{person} is no faculty member")
    return person


def nights_without(calls: Mapping[dt.date, str], window: Window) -> tuple[dt.date, ...]:
    """Nights of the window that have no caller."""
    return tuple(window.start + days(n) for n in range(len(window)) if window.start + days(n) not in calls)

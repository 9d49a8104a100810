"""Small rosters by hand: what every rule's test is written in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from scheduling.model.absence import Absence
from scheduling.model.activity import Activity, Catalogue, Category
from scheduling.model.calendar import days
from scheduling.model.clock import Clock
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.overlay import absence_mask
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import PARTS, Part, Window
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.policy import Policy, PolicyHistory, shipped_policy
from scheduling.model.program import Program
from scheduling.model.roster import NO_SOURCE, Roster
from scheduling.model.rotation import Pattern, Rotation
from scheduling.rules.finding import Finding
from scheduling.rules.validation import validate

MONDAY = dt.date(2026, 1, 5)
Cells = Mapping[tuple[str, int, Part], str]


def resident(name: str = "pgy2-01", pgy: int = 2) -> Person:
    """A resident of that PGY in every year a test uses."""
    return Person(name, Kind.RESIDENT, pgy_by_year=dict.fromkeys(range(2020, 2032), pgy))


def faculty(name: str, role: FacultyRole = FacultyRole.CORE, **more: Any) -> Person:
    """A faculty member."""
    return Person(name, Kind.FACULTY, role=role, **more)


def policy_with(codes: Sequence[str] = (), **sections: Mapping[str, Any]) -> Policy:
    """The shipped policy with activities such as `0700-1900`, and with some figures changed by section."""
    shipped = shipped_policy()
    known = set(shipped.catalogue.codes)
    made = tuple(_timed(code) for code in sorted(set(codes) - known))
    plain = shipped.model_dump()
    for section, figures in sections.items():
        plain[section] = {**plain[section], **figures}
    plain["activities"] = [*shipped.activities, *made]
    return Policy.model_validate(plain)


def _timed(code: str) -> Activity:
    start, end = code.split("-")
    span = f"{start[:2]}:{start[2:]}-{end[:2]}:{end[2:]}"
    hours = {part.name: span for part in PARTS}
    return Activity(code=code, title="Timed duty", category=Category.INPATIENT, hours=hours)


def roster(
    cells: Cells,
    count: int = 28,
    *,
    people: Sequence[Person] = (resident(),),
    start: dt.date = MONDAY,
    zone: str = "America/New_York",
    rotations: Mapping[str, Sequence[tuple[str, int]]] | None = None,
    absences: Sequence[Absence] = (),
    records: Sequence[DutyRecord] = (),
    policy: Policy | None = None,
    source: Source = Source.MANUAL,
    pattern: Pattern = Pattern.INPATIENT,
    activity: str = "IM",
    **more: Any,
) -> Roster:
    """A roster of `count` days from `start`.

    `cells` maps (person, day number, part) to a code; codes such as `0700-1900` are made up as needed. `rotations` gives
    each person's rotations as (name, days) in order; without it each resident is on one rotation throughout.
    """
    program = Program(
        slug="test",
        clock=Clock(zone, start),
        people=tuple(sorted(people, key=lambda p: p.id)),
        policies=PolicyHistory(((dt.date(2020, 1, 1), policy or policy_with(list(cells.values()))),)),
        absences=tuple(absences),
        duty_records=tuple(records),
        holidays=more.pop("holidays", {}),
    )
    window = Window(start, start + days(count - 1))
    rows = {p.id: i for i, p in enumerate(program.people)}
    grid = np.full((len(rows), count, len(PARTS)), Catalogue.OPEN, np.int16)
    sources = np.full(grid.shape, NO_SOURCE, np.uint8)
    for (person, day, part), code in cells.items():
        grid[rows[person], day, part] = program.catalogue.index(code)
        sources[rows[person], day, part] = SOURCES.index(source)
    rotation = np.full((len(rows), count), -1, np.int16)
    known: dict[str, int] = {}
    for who in program.people:
        if who.is_resident:
            day = 0
            for name, length in (rotations or {}).get(who.id, (("Ward", count),)):
                rotation[rows[who.id], day : day + length] = known.setdefault(name, len(known))
                day += length
    recorded = more.pop("recorded_calls", window)
    return Roster(
        program=program,
        window=window,
        base=more.pop("base", grid).copy(),
        cells=grid,
        sources=sources,
        rotation=rotation,
        rotations=tuple(Rotation(name, activity, pattern) for name in known),
        absent=absence_mask(program, window),
        known=np.ones(count, np.bool_),
        versions={},
        recorded_calls=recorded,
        **more,
    )


def week_of(
    person: str, first: int, hours: Sequence[str | None], part: Part = Part.AM
) -> dict[tuple[str, int, Part], str]:
    """One code a day from day `first` on; None leaves the day open."""
    return {(person, first + i, part): code for i, code in enumerate(hours) if code}


def leave(person: str, first: int, last: int, *, start: dt.date = MONDAY, **more: Any) -> Absence:
    """Approved leave from one day number to another."""
    return Absence(f"{person}-{first}", person, start + days(first), start + days(last), **more)


def record(
    kind: DutyKind,
    day: int,
    start: str,
    end: str,
    *,
    person: str = "pgy2-01",
    first: dt.date = MONDAY,
    **more: Any,
) -> DutyRecord:
    """A duty record by day number and clock times; an end at or before the start lies on the next day."""
    low, high = (int(t[:2]) * 60 + int(t[3:]) for t in (start, end))
    name = f"{kind}-{day}-{start}"
    return DutyRecord(name, person, kind, first + days(day), low, high if high > low else high + 1440, **more)


def found(made: Roster, *rules: str, **more: Any) -> list[Finding]:
    """The findings of a whole roster, of these rules where any are named."""
    report = validate(made, more.pop("window", made.window), rules=rules or None, **more)
    return list(report.findings)


def ids(made: Roster, *packs: str) -> set[str]:
    """Ids of the rules broken anywhere in a roster, of these packs."""
    return {f.rule for f in found(made) if not packs or f.rule.partition(".")[0] in packs}


def values(made: Roster, rule: str) -> list[object]:
    """The exact values of one rule's findings."""
    return [f.value for f in found(made, rule)]


def against(made: Roster, rule: str) -> list[tuple[object, object]]:
    """Value and limit of one rule's findings."""
    return [(f.value, f.limit) for f in found(made, rule)]

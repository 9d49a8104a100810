"""Explain a finding: the rule, the arithmetic, and the timeline with clock times and what locks each cell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.errors import NotFoundError
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.catalog import rule
from scheduling.rules.finding import Finding
from scheduling.rules.finding_id import FindingRef
from scheduling.rules.instants import instants
from scheduling.rules.recorded import span_of_record
from scheduling.rules.rule import Line, Rule
from scheduling.rules.wording import local

_HOUR, _DAY = 60, 1440


@dataclass(frozen=True, slots=True)
class Entry:
    """One stretch of a timeline in wall-clock time; `hours` elapsed. `locked` says by what: a source, an override, a duty record."""

    person: str
    start: dt.datetime
    end: dt.datetime
    activity: str
    hours: Fraction
    locked: str | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a finding is one."""

    rule: Rule
    finding: Finding
    arithmetic: tuple[Line, ...]
    timeline: tuple[Entry, ...]


def find_again(roster: Roster, ref: FindingRef) -> Finding:
    """The finding a reference speaks of, as it stands now; NotFoundError when the schedule no longer breaks the rule there."""
    people = tuple(roster.rows) if ref.person is None else (roster.program.person(ref.person).id,)
    for found in rule(ref.rule).check(roster, ref.window, people):
        if FindingRef.of(found) == ref:
            return found
    where = f"{ref.rule} of {ref.person or 'the program'} on {ref.start}"
    raise NotFoundError("finding", where, hint="the schedule no longer breaks the rule there; validate again")


def explain(roster: Roster, finding: Finding) -> Explanation:
    """Arithmetic and timeline of a finding of this roster."""
    broken = rule(finding.rule)
    return Explanation(
        broken, finding, tuple(broken.arithmetic(roster, finding)), tuple(_timeline(roster, finding, broken))
    )


def _timeline(roster: Roster, finding: Finding, broken: Rule) -> list[Entry]:
    entries = [e for person in broken.concerned(roster, finding) for e in _of(roster, person, finding)]
    return sorted(entries, key=lambda e: (e.start, e.person))


def _of(roster: Roster, person: str, finding: Finding) -> Iterator[Entry]:
    """What a person does on the finding's dates, the duty that reaches into them included; touching parts joined."""
    first, last = max(finding.start - dt.timedelta(days=1), roster.window.start), min(finding.end, roster.window.end)
    low = dt.datetime.combine(finding.start, dt.time())
    open_entry: Entry | None = None
    for entry in _cells(roster, person, Window(first, last), finding) if first <= last else ():
        if entry.end <= low:
            continue
        same = open_entry is not None and (open_entry.activity, open_entry.locked, open_entry.end) == (
            entry.activity,
            entry.locked,
            entry.start,
        )
        if open_entry is not None and same:
            open_entry = Entry(
                person, open_entry.start, entry.end, entry.activity, open_entry.hours + entry.hours, entry.locked
            )
            continue
        if open_entry is not None:
            yield open_entry
        open_entry = entry
    if open_entry is not None:
        yield open_entry
    yield from _records(roster, person, finding.window)


def _cells(roster: Roster, person: str, window: Window, finding: Finding) -> Iterator[Entry]:
    zone = roster.program.clock.zone
    clock = instants(zone, roster.window.start, len(roster.window))
    for date in window:
        for part in PARTS if finding.part is None else (finding.part,):
            slot = Slot(date, part)
            code = roster.at(person, slot)
            if code is None or (finding.part is not None and date < finding.start):
                continue
            activity = roster.policy(date).catalogue[code]
            span = activity.span(part)
            away = activity.is_time_off and roster.is_absent(person, slot)
            if span is None and not away and not activity.home_call:
                continue
            wall = roster.day(date) * _DAY
            shown = span or (part * _DAY // 3, (part + 1) * _DAY // 3)
            begin, end = (int(m) for m in clock.epoch(np.array([wall + shown[0], wall + shown[1]])))
            worked = Fraction(end - begin, _HOUR) if span and not activity.home_call else Fraction(0)
            yield Entry(person, local(zone, begin), local(zone, end), code, worked, locked_by(roster, person, slot))


def _records(roster: Roster, person: str, window: Window) -> Iterator[Entry]:
    zone = roster.program.clock.zone
    for record in roster.program.duty_records:
        if record.person == person and record.window.meets(window):
            begin, end = span_of_record(roster, record)
            hours = Fraction(end - begin, _HOUR)
            yield Entry(person, local(zone, begin), local(zone, end), record.kind.value, hours, f"record {record.id}")


def locked_by(roster: Roster, person: str, slot: Slot) -> str | None:
    """What keeps a cell as it is: the override on it, or the source that locks it; None where it may be changed."""
    for override in roster.overrides:
        if override.slot == slot and person in (override.person, override.replacement):
            return f"override {override.id}"
    source = roster.source_at(person, slot)
    return source.value if source is not None and source.locked else None

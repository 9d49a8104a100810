"""Stays on record: the exceptions of 6.23, which no schedule contains and every validation names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.recorded import span_of_record
from scheduling.rules.wording import local

_HOUR = 60


@dataclass(frozen=True, slots=True)
class Stay:
    """One stay in wall-clock time; `hours` elapsed. Its reason is sensitive: here only whether there is one."""

    record: str
    person: str
    start: dt.datetime
    end: dt.datetime
    hours: Fraction
    reasoned: bool


def stays(roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Stay]:
    """Every stay of these people that touches the window, by date and record."""
    wanted, zone = set(people), roster.program.clock.zone
    for record in roster.program.duty_records:
        if record.kind is DutyKind.STAY and record.person in wanted and record.window.meets(window):
            begin, end = span_of_record(roster, record)
            hours = Fraction(end - begin, _HOUR)
            yield Stay(record.id, record.person, local(zone, begin), local(zone, end), hours, bool(record.reason))

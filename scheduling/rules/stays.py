"""Stays on record: the exceptions of 6.23, which no schedule contains and every validation names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.instants import instants
from scheduling.rules.wording import local

_HOUR, _DAY = 60, 1440


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
    clock = instants(zone, roster.window.start, len(roster.window))
    for record in roster.program.duty_records:
        if record.kind is DutyKind.STAY and record.person in wanted and record.window.meets(window):
            wall = roster.day(record.date) * _DAY
            begin, end = (int(m) for m in clock.epoch(np.array([wall + record.start, wall + record.end])))
            hours = Fraction(end - begin, _HOUR)
            yield Stay(record.id, record.person, local(zone, begin), local(zone, end), hours, bool(record.reason))

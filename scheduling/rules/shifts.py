"""Shifts: work from start to end with its breaks, and runs of shifts on consecutive days."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.rules.duties import Duties
from scheduling.rules.intervals import Minutes, Rows
from scheduling.rules.rests import day_number, rests_of

_HOUR, _DAY = 60, 1440


@dataclass(frozen=True, eq=False)
class Shifts:
    """One entry per shift in row and time order: `start` and `end` in epoch minutes, `day` the day number it starts on."""

    row: Rows
    start: Minutes
    end: Minutes
    day: Minutes

    @functools.cached_property
    def length(self) -> Minutes:
        """Minutes from start to end, breaks included."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Run:
    """Shifts `first` to `last` (positions, inclusive) of one person on consecutive days, and the rest after them.

    `rest` is in minutes; None where no shift follows.
    """

    row: int
    first: int
    last: int
    rest: int | None

    @property
    def length(self) -> int:
        """Number of shifts."""
        return self.last - self.first + 1


def shifts_of(d: Duties) -> Shifts:
    """Every shift: duties of one day that a pause shorter than the policy's break separates are one."""
    u, r = d.duties, rests_of(d)
    pause = _HOUR * d.eras.figure(lambda p: p.hours.break_hours, day_number(d, r.begin))
    joined = np.zeros(len(u.low), np.bool_)
    joined[r.before[r.breaks(pause)] + 1] = True
    first = np.flatnonzero(~joined)
    last = np.append(first[1:], len(u.low)) - 1 if len(first) else first
    start = u.start[first]
    return Shifts(u.rows[first], start, u.end[last], d.clock.day_of(start))


def runs_of(shifts: Shifts, member: NDArray[np.bool_]) -> Iterator[Run]:
    """Maximal runs of member shifts, each starting at most one calendar day after the one before."""
    count = len(shifts.row)
    follows = np.zeros(count, np.bool_)
    follows[1:] = (shifts.row[1:] == shifts.row[:-1]) & (shifts.day[1:] - shifts.day[:-1] <= 1) & member[:-1]
    follows &= member
    opens = np.flatnonzero(member & ~follows)
    closes = np.flatnonzero(member & ~np.append(follows[1:], False)) if count else opens
    after = np.minimum(closes + 1, count - 1)
    goes_on = (after > closes) & (shifts.row[after] == shifts.row[closes])
    rest = shifts.start[after] - shifts.end[closes]
    found = (shifts.row[opens], opens, closes, rest, goes_on)
    for row, first, last, pause, another in zip(*(column.tolist() for column in found), strict=True):
        yield Run(row, first, last, pause if another else None)


def night_minutes(d: Duties, shifts: Shifts, begin: str, end: str) -> Minutes:
    """Minutes of each shift between two wall-clock times of any night it touches."""
    low, high = (int(t[:2]) * _HOUR + int(t[3:]) for t in (begin, end))
    high += _DAY if high <= low else 0
    total = np.zeros(len(shifts.row), np.int64)
    for offset in (-1, 0):
        midnight = (shifts.day + offset) * _DAY
        first, last = d.clock.epoch(midnight + low), d.clock.epoch(midnight + high)
        total += np.maximum(0, np.minimum(shifts.end, last) - np.maximum(shifts.start, first))
    return total

"""Reference periods: fixed stretches of weeks in an academic year over which other packs average."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.calendar import academic_year, days, year_window
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties
from scheduling.rules.segments import Numbers, half_leave

_WEEK = 7
_HALF_WEEK = 14
_HOUR = 60


@dataclass(frozen=True, eq=False, slots=True)
class Reference:
    """Worked minutes and half-days outside leave of every row in one reference period."""

    window: Window
    minutes: Numbers
    half_days: Numbers

    def average(self, row: int) -> Fraction:
        """Hours a week outside leave."""
        return Fraction(int(self.minutes[row]) * _HALF_WEEK, int(self.half_days[row]) * _HOUR)


def reference_windows(roster: Roster, window: Window, weeks: int) -> Iterator[Window]:
    """Stretches of that many weeks from each academic year's first known day, the last ending at its last known day.

    A year with less on record is one period, as a shorter placement is.
    """
    length = weeks * _WEEK
    for year in range(academic_year(window.start), academic_year(window.end) + 1):
        whole = year_window(year)
        low, high = max(whole.start, roster.window.start), min(whole.end, roster.window.end)
        if low > high:
            continue
        known = np.flatnonzero(roster.known[roster.day(low) : roster.day(high) + 1])
        if not len(known):
            continue
        first, last = low + days(int(known[0])), low + days(int(known[-1]))
        start = first
        while start <= last:
            begin = max(first, min(start, last - days(length - 1)))
            where = Window(begin, min(last, begin + days(length - 1)))
            if where.meets(window):
                yield where
            start += days(length)


def measured(d: Duties, window: Window) -> Reference:
    """Every row's hours and half-days in a window inside the roster."""
    rows = np.arange(len(d.ids))
    first = np.full(len(rows), (window.start - d.clock.origin).days)
    last = first + len(window)
    midnight = d.clock.midnights
    leave = half_leave(d, rows, first, last)
    return Reference(window, d.worked.measure(rows, midnight[first], midnight[last]), 2 * len(window) - leave)

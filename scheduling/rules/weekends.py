"""Weekends: Saturday and Sunday, worked or off, by person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import SATURDAY, next_weekday
from scheduling.rules.duties import Duties
from scheduling.rules.intervals import Union
from scheduling.rules.segments import Numbers

_WEEK = 7


@dataclass(frozen=True, eq=False, slots=True)
class Weekends:
    """Weekends wholly inside a roster: `day` of the Saturday, and by (row, weekend) whether `busy` and whether on `leave`."""

    day: Numbers
    busy: NDArray[np.bool_]
    leave: NDArray[np.bool_]

    def counted(self, rows: NDArray[np.intp], first: Numbers, last: Numbers) -> tuple[Numbers, Numbers]:
        """Busy weekends and weekends outside leave that lie wholly in each range of days (`last` exclusive)."""
        inside = (self.day >= first[:, None]) & (self.day + 2 <= last[:, None])
        there = inside & ~self.leave[rows]
        return (there & self.busy[rows]).sum(axis=1), there.sum(axis=1)


def weekends_of(d: Duties, work: Union) -> Weekends:
    """The weekends of every row; busy where the union has any minute between Saturday and Monday midnight."""
    origin = d.clock.origin
    first = (next_weekday(origin, SATURDAY) - origin).days
    day = np.arange(first, d.count - 1, _WEEK)
    rows = np.repeat(np.arange(len(d.ids)), len(day))
    start, end = (np.tile(d.clock.midnights[day + n], len(d.ids)) for n in (0, 2))
    busy = (work.measure(rows, start, end) > 0).reshape(len(d.ids), len(day))
    return Weekends(day, busy, d.leave_days[:, day] & d.leave_days[:, day + 1])

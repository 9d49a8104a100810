"""Wall-clock minutes to epoch minutes, many at once and DST-correct: the vector form of `Clock.epoch_minute`."""

from __future__ import annotations

import datetime as dt
import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.clock import Clock

_DAY = 1440
Minutes = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Instants:
    """The clock of one zone over a range of dates.

    Wall minutes count from the local midnight of `origin`. `switches` are the wall minutes from which another offset
    holds, `bases` the epoch minute of wall minute 0 under each offset, `midnights` the epoch minute of every local
    midnight from `origin` on (one more than there are dates).
    """

    origin: dt.date
    switches: Minutes
    bases: Minutes
    midnights: Minutes

    def epoch(self, wall: Minutes) -> Minutes:
        """Epoch minutes of wall minutes."""
        return wall + self.bases[np.searchsorted(self.switches, wall, side="right")]

    def day_of(self, minute: Minutes) -> Minutes:
        """The day number (from `origin`) that an epoch minute lies in; -1 before the first."""
        return np.searchsorted(self.midnights, minute, side="right") - 1


@functools.lru_cache(maxsize=32)
def instants(zone: str, origin: dt.date, count: int) -> Instants:
    """The clock of `count` dates from `origin` on, and of the two days after them that a duty may reach into."""
    clock = Clock(zone)
    anchor = clock.epoch_minute(origin, 0)
    switches: list[int] = []
    bases = [anchor]
    for day in range(count + 3):
        if _base(clock, origin, day, _DAY) == bases[-1]:
            continue
        low, high = 0, _DAY
        while high - low > 1:
            middle = (low + high) // 2
            if _base(clock, origin, day, middle) == bases[-1]:
                low = middle
            else:
                high = middle
        switches.append(day * _DAY + high)
        bases.append(_base(clock, origin, day, high))
    made = Instants(origin, np.array(switches, np.int64), np.array(bases, np.int64), np.zeros(0, np.int64))
    midnights = made.epoch(np.arange(count + 3, dtype=np.int64) * _DAY)
    return Instants(origin, made.switches, made.bases, midnights)


def _base(clock: Clock, origin: dt.date, day: int, minute: int) -> int:
    return clock.epoch_minute(origin + days(day), minute) - day * _DAY - minute

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

    Wall minutes count from the local midnight of `origin`, whose epoch minute is `base`. `switches` are wall minutes from
    which another offset holds, each with the minutes it adds. `midnights` are the epoch minutes of every local midnight
    from `origin` on, a few more than there are dates; `edges` are the same as plain numbers, to look up one at a time.
    """

    origin: dt.date
    base: int
    switches: tuple[tuple[int, int], ...]
    midnights: Minutes
    edges: tuple[int, ...]

    def epoch(self, wall: Minutes) -> Minutes:
        """Epoch minutes of wall minutes."""
        epoch: Minutes = wall + self.base
        for switch, shift in self.switches:
            epoch += (wall >= switch) * shift
        return epoch

    def day_of(self, minute: Minutes) -> Minutes:
        """The day number (from `origin`) that an epoch minute lies in; -1 before the first."""
        return np.searchsorted(self.midnights, minute, side="right") - 1


@functools.lru_cache(maxsize=32)
def instants(zone: str, origin: dt.date, count: int) -> Instants:
    """The clock of `count` dates from `origin` on, and of the two days after them that a duty may reach into."""
    clock = Clock(zone)
    base = before = clock.epoch_minute(origin, 0)
    switches: list[tuple[int, int]] = []
    for day in range(count + 3):
        if _base(clock, origin, day, _DAY) == before:
            continue
        low, high = 0, _DAY
        while high - low > 1:
            middle = (low + high) // 2
            if _base(clock, origin, day, middle) == before:
                low = middle
            else:
                high = middle
        after = _base(clock, origin, day, high)
        switches.append((day * _DAY + high, after - before))
        before = after
    made = Instants(origin, base, tuple(switches), np.zeros(0, np.int64), ())
    midnights = made.epoch(np.arange(count + 3, dtype=np.int64) * _DAY)
    return Instants(origin, base, made.switches, midnights, tuple(midnights.tolist()))


def _base(clock: Clock, origin: dt.date, day: int, minute: int) -> int:
    return clock.epoch_minute(origin + days(day), minute) - day * _DAY - minute

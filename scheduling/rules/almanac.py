"""Weekdays and holidays of a roster's days as arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.roster import Roster
from scheduling.rules.memo import per_roster

_WEEK = 7


@dataclass(frozen=True, eq=False, slots=True)
class Almanac:
    """By day number: the ISO weekday, and whether the day is a holiday."""

    weekday: NDArray[np.intp]
    holiday: NDArray[np.bool_]


@per_roster
def almanac(roster: Roster) -> Almanac:
    """The almanac of a roster."""
    count = len(roster.window)
    holiday = np.zeros(count, np.bool_)
    for date in roster.program.holidays:
        if date in roster.window:
            holiday[roster.day(date)] = True
    return Almanac((np.arange(count) + roster.window.start.isoweekday() - 1) % _WEEK + 1, holiday)

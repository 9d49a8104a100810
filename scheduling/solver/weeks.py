"""Weeks as blocks have them: Thursday to Wednesday."""

from __future__ import annotations

import datetime as dt
import functools

from scheduling.model.calendar import THURSDAY, days
from scheduling.model.part import Window

_WEEK = 7


@functools.lru_cache(maxsize=4096)
def week_of(date: dt.date) -> Window:
    """The Thursday-to-Wednesday week that holds the date."""
    start = date - days((date.isoweekday() - THURSDAY) % _WEEK)
    return Window(start, start + days(_WEEK - 1))

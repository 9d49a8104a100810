"""What a program's records say of a year before anything is filled in: rotations, FMIT weeks and calls."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.model.part import Window
from scheduling.model.rotation import RotationHalf


@dataclass(frozen=True, slots=True, order=True)
class FmitWeek:
    """One Friday-to-Thursday week of the inpatient team and its attending."""

    start: dt.date
    end: dt.date
    person: str

    @property
    def window(self) -> Window:
        """The week's dates."""
        return Window(self.start, self.end)


@dataclass(frozen=True, slots=True)
class YearRecord:
    """One academic year as recorded. `calls` gives the caller of each night; nights and weeks may cross the year's edges."""

    year: int
    halves: tuple[RotationHalf, ...] = ()
    fmit: tuple[FmitWeek, ...] = ()
    calls: Mapping[dt.date, str] = field(default_factory=dict)

"""The pools calls are shared by, and the days a person was there to take them (domain.md §6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduling.model.calendar import SUNDAY, is_weekday_call
from scheduling.model.overlay import absence_mask
from scheduling.model.part import Part, Window
from scheduling.model.program import Program


class Pool(StrEnum):
    """Three separate pools: a night is in one of them or in none."""

    SUNDAY = "sunday"
    WEEKDAY = "weekday"
    HOLIDAY = "holiday"


def pool_of(night: dt.date, holidays: Iterable[dt.date] | Mapping[dt.date, str]) -> Pool | None:
    """The night of a holiday, else a Sunday, else Monday to Thursday; Friday and Saturday are the FMIT attending's."""
    if night in holidays:
        return Pool.HOLIDAY
    if not is_weekday_call(night):
        return None
    return Pool.SUNDAY if night.isoweekday() == SUNDAY else Pool.WEEKDAY


def available_days(program: Program, window: Window) -> Mapping[str, int]:
    """Days of the window on which no approved absence (or its recovery) blocks the night, by person id."""
    free = (~absence_mask(program, window)[:, :, Part.NIGHT]).sum(axis=1)
    return {person.id: int(free[i]) for i, person in enumerate(program.people)}


@dataclass(frozen=True, slots=True)
class PoolShare:
    """How one pool was shared: calls held and days available by person id, and `per` as in "calls per 100 days"."""

    pool: Pool
    held: Mapping[str, int]
    available: Mapping[str, int]
    per: int

    @property
    def rates(self) -> Mapping[str, Fraction]:
        """Calls per `per` available days, of everybody who was available at all."""
        return {
            person: Fraction(self.held.get(person, 0) * self.per, there)
            for person, there in self.available.items()
            if there > 0
        }

    @property
    def spread(self) -> Fraction:
        """The greatest less the least rate: the figure equity is compared by."""
        rates = self.rates.values()
        return max(rates) - min(rates) if rates else Fraction(0)

"""Day parts and slots: the grid every schedule is written on (domain.md §1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum

from scheduling.model.errors import InvalidError


class Part(IntEnum):
    """AM, PM or NIGHT; a night belongs to the evening's date. The values index every roster array."""

    AM = 0
    PM = 1
    NIGHT = 2

    @classmethod
    def parse(cls, text: str, field: str = "part") -> Part:
        """The part of that name; InvalidError names the valid ones."""
        try:
            return cls[text.upper()]
        except KeyError:
            raise InvalidError(field, "no such day part", valid=[p.name for p in cls]) from None


PARTS = tuple(Part)


@dataclass(frozen=True, slots=True, order=True)
class Slot:
    """One day part of one date."""

    date: dt.date
    part: Part

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {self.part.name}"

    @staticmethod
    def day(text: str, field: str = "date") -> dt.date:
        """Read `YYYY-MM-DD`; InvalidError shows the form."""
        try:
            return dt.datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=dt.UTC).date()
        except ValueError:
            raise InvalidError(field, "not a date", valid=["YYYY-MM-DD"]) from None


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A range of dates, both ends inclusive; never empty."""

    start: dt.date
    end: dt.date

    def __post_init__(self) -> None:
        if self.end < self.start:
            raise InvalidError("end", f"{self.end} lies before start {self.start}")

    def __contains__(self, date: dt.date) -> bool:
        return self.start <= date <= self.end

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __iter__(self) -> Iterator[dt.date]:
        return (self.start + dt.timedelta(days=n) for n in range(len(self)))

    def __str__(self) -> str:
        return f"{self.start.isoformat()}..{self.end.isoformat()}"

    def meets(self, other: Window) -> bool:
        """True when the two share at least one date."""
        return self.start <= other.end and other.start <= self.end

    def widen(self, days_before: int, days_after: int) -> Window:
        """The window grown at both ends, in days."""
        return Window(self.start - dt.timedelta(days=days_before), self.end + dt.timedelta(days=days_after))

"""The sheet a year is written on: open cells are filled once, strongest fact first, and never overwritten."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.version import Cell

HALF_DAYS = (Part.AM, Part.PM)


class Sheet:
    """Cells of any dates. A weaker fact fills only what is still open (domain.md §4)."""

    def __init__(self) -> None:
        self._days: dict[str, dict[dt.date, dict[Part, tuple[str, Source]]]] = defaultdict(lambda: defaultdict(dict))
        self._by_slot: dict[Slot, dict[str, str]] = defaultdict(dict)

    def at(self, person: str, date: dt.date, part: Part) -> str | None:
        """The activity of a cell, None where it is open."""
        return self._by_slot[Slot(date, part)].get(person)

    def write(self, person: str, date: dt.date, part: Part, activity: str, source: Source) -> bool:
        """Fill the cell if it is open; True when it was."""
        day = self._days[person][date]
        if part in day:
            return False
        day[part] = (activity, source)
        self._by_slot[Slot(date, part)][person] = activity
        return True

    def write_day(self, person: str, date: dt.date, activity: str, source: Source) -> None:
        """Fill the open half-days of a date."""
        for part in HALF_DAYS:
            self.write(person, date, part, activity, source)

    def holders(self, slot: Slot) -> dict[str, str]:
        """Activity by person of every filled cell of the slot."""
        return self._by_slot[slot]

    def cells(self) -> Iterator[Cell]:
        """Every filled cell, by person, date and part."""
        for person in sorted(self._days):
            for date in sorted(self._days[person]):
                for part, (activity, source) in sorted(self._days[person][date].items()):
                    yield Cell(person, Slot(date, part), activity, source)

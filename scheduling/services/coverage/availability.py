"""Who is free: faculty by slot, and how much of a window each has left."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import FRIDAY
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.person import Person
from scheduling.model.roster import Roster


@dataclass(frozen=True, slots=True)
class Available:
    """What one faculty member has free in a window: weekday half-days and nights; and on how many days they are away."""

    person: str
    half_days: int
    nights: int
    away_days: int


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """The faculty who are free in one slot, by id."""

    slot: Slot
    people: tuple[str, ...]


def available(roster: Roster, window: Window) -> list[Available]:
    """Active faculty, most free first; adjuncts are left out, because they are placed by hand only."""
    faculty = _faculty(roster)
    free, absent = _free(roster, window, faculty)
    weekdays = np.array([date.isoweekday() <= FRIDAY for date in window])
    halves = free[:, weekdays, : Part.NIGHT].sum(axis=(1, 2))
    nights = free[:, :, Part.NIGHT].sum(axis=1)
    away = absent.any(axis=2).sum(axis=1)
    found = [Available(p.id, int(halves[i]), int(nights[i]), int(away[i])) for i, (_, p) in enumerate(faculty)]
    return sorted(found, key=lambda a: (-a.half_days, -a.nights, a.person))


def free_slots(roster: Roster, window: Window) -> list[FreeSlot]:
    """The free faculty of every slot; half-days of weekends are left out."""
    faculty = _faculty(roster)
    free, _ = _free(roster, window, faculty)
    found = []
    for d, date in enumerate(window):
        for part in PARTS:
            if part is Part.NIGHT or date.isoweekday() <= FRIDAY:
                people = tuple(p.id for i, (_, p) in enumerate(faculty) if free[i, d, part])
                found.append(FreeSlot(Slot(date, part), people))
    return found


def _faculty(roster: Roster) -> list[tuple[int, Person]]:
    return [(row, p) for row, p in enumerate(roster.program.people) if p.active and p.takes_call]


def _free(
    roster: Roster, window: Window, faculty: Sequence[tuple[int, Person]]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Bool (faculty, days, 3) twice: free on a day that a version covers, and absent."""
    rows = [row for row, _ in faculty]
    span = slice(roster.day(window.start), roster.day(window.end) + 1)
    absent = roster.absent[rows, span]
    free = (roster.cells[rows, span] == Catalogue.OPEN) & ~absent & roster.known[None, span, None]
    for i, (_, person) in enumerate(faculty):
        if person.available_weekdays:
            free[i, [date.isoweekday() not in person.available_weekdays for date in window]] = False
    return free, absent

"""How large the demonstration program is (domain.md §12)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduling.model.errors import InvalidError

YEAR = 2026
ZONE = "America/New_York"
TODAY = dt.date(2026, 11, 2)


@dataclass(frozen=True, slots=True)
class Size:
    """Counts of people, clinic sites, and absences begun in each block. `core` are the faculty beside the five with a role."""

    name: str
    residents_per_year: int
    core: int
    adjuncts: int
    sites: int
    absences: int
    away_at_once: int
    """Faculty absent at the same time, at most."""


SIZES = {
    size.name: size
    for size in (
        Size("usual", residents_per_year=6, core=5, adjuncts=2, sites=1, absences=8, away_at_once=2),
        Size("bench", residents_per_year=8, core=11, adjuncts=2, sites=1, absences=8, away_at_once=3),
        Size("large", residents_per_year=30, core=35, adjuncts=2, sites=4, absences=32, away_at_once=6),
    )
}


def size_of(name: str) -> Size:
    """The size of that name; InvalidError with the valid ones."""
    try:
        return SIZES[name]
    except KeyError:
        raise InvalidError("size", "no such size", valid=SIZES) from None

"""Check coverage: what must be staffed, what is not, who hangs on one person, who is free, and how the weeks ahead look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.coverage.availability import Available, FreeSlot, available, free_slots
from scheduling.services.coverage.duties import Duty, Gap, Need, Severity, gaps, needs
from scheduling.services.coverage.single_points import SinglePoint, single_points
from scheduling.store.unit import UnitOfWork

_WEEK = 7
_AHEAD = 4 * _WEEK
"""Days after the window that the forecast looks at."""


class Level(StrEnum):
    """Green: all staffed. Yellow: staffed, but somewhere by a single person. Orange: something minor is unfilled.

    Red: a duty that must be staffed is not.
    """

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"


@dataclass(frozen=True, slots=True)
class Staffing:
    """How many people one duty needs over a window, and how many it has."""

    duty: Duty
    needed: int
    filled: int


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days, or fewer at the end of the data: staffing, gaps, and the faculty who are away at some time in it."""

    window: Window
    level: Level
    coverage: Fraction
    gaps: int
    away: tuple[str, ...]


@dataclass(frozen=True)
class CoverageReport:
    """The coverage of a window, read from `roster`. `coverage` is the share of needed people who are there (1 if none)."""

    roster: Roster
    window: Window
    level: Level
    coverage: Fraction
    staffing: tuple[Staffing, ...]
    gaps: tuple[Gap, ...]
    single_points: tuple[SinglePoint, ...]
    available: tuple[Available, ...]
    free: tuple[FreeSlot, ...]
    forecast: tuple[Week, ...]
    note: str | None = None


async def check_coverage(unit: UnitOfWork, slug: str, window: Window) -> CoverageReport:
    """The coverage of the live schedule over the window; the forecast also looks four weeks beyond it."""
    roster = await unit.roster(slug, window)
    needed = list(needs(roster, window))
    unfilled = gaps(roster, window, needed)
    single = single_points(roster, needed)
    known = covers(roster, window)
    return CoverageReport(
        roster=roster,
        window=window,
        level=_level(unfilled, single),
        coverage=_share(needed),
        staffing=_staffing(needed),
        gaps=tuple(unfilled),
        single_points=tuple(single),
        available=tuple(available(roster, window)) if known else (),
        free=tuple(free_slots(roster, window)) if known else (),
        forecast=tuple(_forecast(roster, window)),
        note=None if known else await outside_data(unit, slug, window),
    )


def _level(unfilled: Sequence[Gap], single: Sequence[SinglePoint]) -> Level:
    if any(g.severity is Severity.CRITICAL for g in unfilled):
        return Level.RED
    if unfilled:
        return Level.ORANGE
    return Level.YELLOW if single else Level.GREEN


def _share(needed: Sequence[Need]) -> Fraction:
    total = sum(n.needed for n in needed)
    return 1 - Fraction(sum(n.short for n in needed), total) if total else Fraction(1)


def _staffing(needed: Sequence[Need]) -> tuple[Staffing, ...]:
    sums: Mapping[Duty, list[int]] = {duty: [0, 0] for duty in Duty}
    for need in needed:
        sums[need.duty][0] += need.needed
        sums[need.duty][1] += need.needed - need.short
    return tuple(Staffing(duty, *counts) for duty, counts in sums.items() if counts[0])


def _forecast(roster: Roster, window: Window) -> list[Week]:
    last = min(window.end + days(_AHEAD), roster.window.end)
    found = []
    start = window.start
    while start <= last:
        week = Window(start, min(start + days(_WEEK - 1), last))
        start = week.end + days(1)
        if not covers(roster, week):
            continue
        needed = list(needs(roster, week))
        unfilled = gaps(roster, week, needed)
        found.append(Week(week, _level(unfilled, ()), _share(needed), len(unfilled), _away(roster, week)))
    return found


def _away(roster: Roster, week: Window) -> tuple[str, ...]:
    absent = roster.absent[:, roster.day(week.start) : roster.day(week.end) + 1]
    return tuple(p.id for i, p in enumerate(roster.program.people) if absent[i].any() and p.active and p.is_faculty)

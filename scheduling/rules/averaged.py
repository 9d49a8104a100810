"""What the averaging rules share: which periods touch a window, and how a period is written down."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Finding
from scheduling.rules.rule import Line
from scheduling.rules.segments import Periods, periods_of
from scheduling.rules.wording import number

_HOUR = 60
_WEEK = 7


def broken(periods: Periods, mask: NDArray[np.bool_], window: Window) -> list[int]:
    """Positions of the periods of the mask that share a date with the window and are long enough for a verdict."""
    if not (mask := mask & periods.verdict).any():
        return []
    origin = periods.duties.clock.origin
    low, high = (window.start - origin).days, (window.end - origin).days
    return [int(i) for i in np.flatnonzero(mask & (periods.first <= high) & (periods.last > low))]


def dates(periods: Periods, at: int) -> Window:
    """The dates of one period."""
    origin = periods.duties.clock.origin
    return Window(origin + days(int(periods.first[at])), origin + days(int(periods.last[at]) - 1))


def period_of(roster: Roster, finding: Finding) -> tuple[Duties, Periods, int]:
    """The averaging period a finding of one person speaks of; LookupError when the roster has none like it."""
    d = duties_of(roster, (finding.person or "",))
    periods = periods_of(d)
    for at in range(len(periods.row)):
        if dates(periods, at) == finding.window:
            return d, periods, at
    raise LookupError(f"no averaging period {finding.window}")


def rotation_name(roster: Roster, periods: Periods, at: int) -> str:
    """The rotation a period lies on."""
    number_ = int(periods.rotation[at])
    return "no rotation" if number_ < 0 else roster.rotations[number_].name


def period_lines(roster: Roster, periods: Periods, at: int) -> list[Line]:
    """The first lines of every averaged finding: what was measured."""
    window = dates(periods, at)
    return [
        Line("rotation", rotation_name(roster, periods, at)),
        Line("averaging period", f"{window.start} to {window.end}, {len(window)} days"),
        Line("half-days of leave", str(int(periods.half_leave[at]))),
    ]


def week_lines(periods: Periods, at: int, limit: int) -> list[Line]:
    """Hours against the budget of a period."""
    measured = int(periods.half_days[at])
    worked, weeks = Fraction(int(periods.minutes[at]), _HOUR), Fraction(measured, 2 * _WEEK)
    leave = number(Fraction(int(periods.half_leave[at]), 2))
    return [
        Line("weeks outside leave", f"({int(periods.days[at])} - {leave}) / 7 = {number(weeks)}"),
        Line("hours counted", f"{number(worked)} h"),
        Line("budget", f"{limit} h x {number(weeks)} = {number(limit * weeks)} h"),
        Line("average", f"{number(worked / weeks)} h a week"),
        Line("excess", f"{number(worked - limit * weeks)} h"),
    ]

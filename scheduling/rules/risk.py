"""Risk metrics: how near a legal schedule comes to its limits. They have names of their own and never a verdict.

`risk.rolling_80` the worst rolling 28-day average, `risk.weekly_hours` an averaging period within the band of its limit (or
too short for a verdict and over it), `risk.rest` and `risk.post_call_rest` pauses within the band of the least, `risk.duty_run`
the longest run of consecutive duty days over the program's figure.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import dates
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.duty_run import duty_days
from scheduling.rules.rests import day_number, rests_of, span_of
from scheduling.rules.rolling import worst_windows
from scheduling.rules.runs import longest
from scheduling.rules.segments import periods_of
from scheduling.rules.wording import duration, moment, number

_HOUR = 60
_WEEK = 7


@dataclass(frozen=True, slots=True)
class Risk:
    """One metric of one person at its worst. `limit` is the rule's own; `over` says whether the metric lies beyond it."""

    id: str
    person: str
    start: dt.date
    end: dt.date
    value: Fraction
    limit: Fraction
    unit: str
    message: str
    over: bool


def risks(roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Risk]:
    """Every metric inside its warning band, at most one of each kind per person, in a stable order."""
    d = duties_of(roster, people)
    if not d.ids:
        return
    yield from _rolling(d, window)
    yield from _periods(d, window)
    yield from _rests(roster, d, window)
    yield from _runs(d, window)


def _rolling(d: Duties, window: Window) -> Iterator[Risk]:
    figures = d.eras.policies[-1].hours
    length = figures.averaging_days
    for row, start, value in worst_windows(d, window, length):
        if value > figures.week_limit - figures.risk_week_band:
            first = d.clock.origin + days(start)
            yield Risk(
                "risk.rolling_80",
                d.ids[row],
                first,
                first + days(length - 1),
                value,
                Fraction(figures.week_limit),
                "hours a week",
                f"{number(value)} h a week in the worst {length} days running; the requirement averages by rotation instead",
                value > figures.week_limit,
            )


def _periods(d: Duties, window: Window) -> Iterator[Risk]:
    p = periods_of(d)
    limit = d.eras.figure(lambda policy: policy.hours.week_limit, p.first)
    band = d.eras.figure(lambda policy: policy.hours.risk_week_band, p.first)
    near = p.over_hours(limit - band) & ~(p.over_week & p.verdict)
    for at in np.flatnonzero(near):
        where = dates(p, int(at))
        if not where.meets(window):
            continue
        value = Fraction(int(p.minutes[at]) * 2 * _WEEK, int(p.half_days[at]) * _HOUR)
        most = d.eras.on(int(p.first[at])).hours.week_limit
        short = "" if p.verdict[at] else ", too few of them outside leave for a verdict"
        yield Risk(
            "risk.weekly_hours",
            d.ids[p.row[at]],
            where.start,
            where.end,
            value,
            Fraction(most),
            "hours a week",
            f"{number(value)} h a week over {len(where)} days{short}",
            value > most,
        )


def _rests(roster: Roster, d: Duties, window: Window) -> Iterator[Risk]:
    r = rests_of(d)
    day = day_number(d, r.begin)
    rest = _HOUR * d.eras.figure(lambda policy: policy.hours.rest_hours, day)
    band = _HOUR * d.eras.figure(lambda policy: policy.hours.risk_rest_band, day)
    shortest: dict[int, int] = {}
    for at in map(int, np.flatnonzero((r.length >= rest) & (r.length < rest + band))):
        row = int(r.row[at])
        near = span_of(d, int(r.begin[at]), int(r.end[at]) + 1).meets(window)
        if near and (row not in shortest or r.length[at] < r.length[shortest[row]]):
            shortest[row] = at
    zone = roster.program.clock.zone
    for row, at in sorted(shortest.items()):
        where = span_of(d, int(r.begin[at]), int(r.end[at]) + 1)
        yield Risk(
            "risk.rest",
            d.ids[row],
            where.start,
            where.end,
            Fraction(int(r.length[at]), _HOUR),
            Fraction(d.eras.on(int(day[at])).hours.rest_hours),
            "hours off",
            f"{duration(int(r.length[at]))} off from {moment(zone, int(r.begin[at]))}, the shortest pause near the least",
            over=False,
        )


def _runs(d: Duties, window: Window) -> Iterator[Risk]:
    low, high = (window.start - d.clock.origin).days, (window.end - d.clock.origin).days
    most = d.eras.policies[-1].hours.duty_run
    for row, start, length in longest(duty_days(d), low, high, most):
        first = d.clock.origin + days(start)
        yield Risk(
            "risk.duty_run",
            d.ids[row],
            first,
            first + days(length - 1),
            Fraction(length),
            Fraction(most),
            "days",
            f"{length} duty days in a row from {first}",
            over=True,
        )

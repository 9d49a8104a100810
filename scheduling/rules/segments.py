"""Segments and averaging periods (rules.md, "Averaging").

A segment is a maximal run of days of one resident on one rotation, across block edges. Up to 31 days it is one
averaging period; a longer one is measured in 28-day windows from its start, the last ending at its end. Leave leaves
the numerator and the denominator; a period that keeps fewer than 7 days outside leave has no verdict.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Catalogue
from scheduling.model.part import Part
from scheduling.rules.codes import flagged
from scheduling.rules.duties import Duties
from scheduling.rules.intervals import Minutes, Rows

_UNKNOWN = -2
_HOUR, _WEEK = 60, 7
Numbers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Segments:
    """Runs of days on one rotation, in row and day order: `first` to `last` (day numbers, `last` exclusive)."""

    row: Rows
    first: Numbers
    last: Numbers
    rotation: NDArray[np.int16]


@dataclass(frozen=True, eq=False)
class Periods:
    """Averaging periods with what was measured in them; `last` is exclusive.

    `minutes` worked (6.20), `half_leave` half-days and `full_leave` whole days of leave, `nights` outside leave, `calls`
    in-house on them, `free` days as Σ floor(free hours / 24).
    """

    duties: Duties
    segment: Rows
    row: Rows
    first: Numbers
    last: Numbers
    rotation: NDArray[np.int16]

    @property
    def days(self) -> Numbers:
        """Calendar days of each period, leave included."""
        return self.last - self.first

    @functools.cached_property
    def verdict(self) -> NDArray[np.bool_]:
        """True where enough whole days outside leave remain to judge by (seven, in the policy's figures)."""
        least = self.duties.eras.figure(lambda p: p.hours.verdict_days, self.first)
        return np.asarray(self.days - self.full_leave >= least)

    @functools.cached_property
    def start(self) -> Minutes:
        """Epoch minute of each period's first midnight."""
        return self.duties.clock.midnights[self.first]

    @functools.cached_property
    def end(self) -> Minutes:
        """Epoch minute of the midnight after each period."""
        return self.duties.clock.midnights[self.last]

    @functools.cached_property
    def minutes(self) -> Minutes:
        """Worked minutes, duties split at the instant of an edge."""
        return self.duties.worked.measure(self.row, self.start, self.end)

    @functools.cached_property
    def half_leave(self) -> Numbers:
        """Half-days of leave."""
        return half_leave(self.duties, self.row, self.first, self.last)

    @functools.cached_property
    def full_leave(self) -> Numbers:
        """Whole days of leave."""
        return self.sum(self.duties.leave_days)

    @functools.cached_property
    def free(self) -> Numbers:
        """Free days."""
        if len(self.duties.eras.policies) == 1:
            unit = 60 * self.duties.eras.policies[0].hours.free_day_hours
            return self.duties.busy.stretches(self.row, self.start, self.end, unit)
        units = np.broadcast_to(
            60 * self.duties.eras.figure(lambda p: p.hours.free_day_hours, self.first), self.row.shape
        )
        found = np.zeros(len(self.row), np.int64)
        for unit in map(int, np.unique(units)):
            here = units == unit
            found[here] = self.duties.busy.stretches(self.row[here], self.start[here], self.end[here], unit)
        return found

    @functools.cached_property
    def nights(self) -> Numbers:
        """Nights outside leave."""
        return self.days - self.sum(leave_nights(self.duties))

    @functools.cached_property
    def calls(self) -> Numbers:
        """In-house calls on nights outside leave."""
        held = flagged(self.duties.program.catalogue, "in_house_call")[self.duties.cells[:, :, Part.NIGHT]]
        return self.sum(held & ~leave_nights(self.duties) if held.any() else held)

    @functools.cached_property
    def few_free(self) -> NDArray[np.bool_]:
        """Periods with fewer free days than 6.21.b asks for outside leave."""
        every = self.duties.eras.figure(lambda p: p.hours.free_day_every_days, self.first)
        return np.asarray(self.free * every < self.days - self.full_leave)

    @functools.cached_property
    def over_week(self) -> NDArray[np.bool_]:
        """Periods over the weekly hours of 6.20."""
        return self.over_hours(self.duties.eras.figure(lambda p: p.hours.week_limit, self.first))

    def over_hours(self, limit: Numbers | int) -> NDArray[np.bool_]:
        """Periods whose hours exceed `limit` a week outside leave, compared without rounding."""
        measured = self.half_days
        return np.asarray((2 * _WEEK * self.minutes > _HOUR * limit * measured) & (measured > 0))

    @functools.cached_property
    def half_days(self) -> Numbers:
        """Half-days outside leave, the denominator of hours."""
        return 2 * self.days - self.half_leave

    def sum(self, marks: NDArray[np.bool_]) -> Numbers:
        """How many marks of an (R, D) array lie in each period."""
        return sums(marks, self.row, self.first, self.last)


def sums(marks: NDArray[np.bool_], row: Rows, first: Numbers, last: Numbers) -> Numbers:
    """How many marks of an (R, D) array lie in ranges of days of single rows."""
    at = marks.reshape(-1).nonzero()[0]
    if not len(at):
        return np.zeros(len(row), np.int64)
    begin = row * marks.shape[1]
    count: Numbers = at.searchsorted(begin + last) - at.searchsorted(begin + first)
    return count


def half_leave(d: Duties, row: Rows, first: Numbers, last: Numbers) -> Numbers:
    """Half-days of leave in ranges of days of single rows."""
    halves = int(Part.NIGHT)
    leave = d.leave[:, :, :halves].reshape(len(d.leave), d.count * halves)
    return sums(leave, row, first * halves, last * halves)


def leave_nights(d: Duties) -> NDArray[np.bool_]:
    """(R, D): nights on leave, the open night after a whole day of leave included."""
    open_night = d.cells[:, :, Part.NIGHT] == Catalogue.OPEN
    return np.asarray(d.leave[:, :, Part.NIGHT] | (d.leave_days & open_night))


def segments_of(d: Duties) -> Segments:
    """The segments of every row; days that no version covers belong to none."""
    r = d.rotation
    edge = np.ones(r.shape, np.bool_)
    np.not_equal(r[:, 1:], r[:, :-1], out=edge[:, 1:])
    row, first = edge.nonzero()
    last = np.zeros(len(row), np.intp)
    last[:-1] = first[1:]
    last[last <= first] = d.count  # the next segment is another row's, or there is none
    rotation = r[row, first]
    if (keep := rotation != _UNKNOWN).all():
        return Segments(row, first, last, rotation)
    return Segments(row[keep], first[keep], last[keep], rotation[keep])


def periods_of(d: Duties) -> Periods:
    """The averaging periods of every segment, derived once per duties."""
    memo = d.memo
    found = memo.get("periods")
    if not isinstance(found, Periods):
        found = memo["periods"] = _periods(d)
    return found


def _periods(d: Duties) -> Periods:
    s = segments_of(d)
    length = s.last - s.first
    span = d.eras.figure(lambda p: p.hours.averaging_days, s.first)
    single = length <= d.eras.figure(lambda p: p.hours.single_period_days, s.first)
    if single.all():
        return Periods(d, np.arange(len(length)), s.row, s.first, s.last, s.rotation)
    count = np.where(single, 1, -(-length // span))
    segment = np.repeat(np.arange(len(length)), count)
    number = np.arange(len(segment)) - np.repeat(np.cumsum(count) - count, count)
    whole, long = single[segment], np.broadcast_to(span, length.shape)[segment]
    low, high = s.first[segment], s.last[segment]
    first = np.where(whole, low, np.minimum(low + number * long, high - long))
    return Periods(
        d,
        segment,
        s.row[segment],
        first,
        np.where(whole, high, first + long),
        s.rotation[segment],
    )

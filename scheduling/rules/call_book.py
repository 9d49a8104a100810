"""Who holds which night and which FMIT week: what every call rule reads (domain.md §6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import FRIDAY, SATURDAY, days, fmit_week
from scheduling.model.part import Part, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.almanac import almanac
from scheduling.rules.eras import eras_of
from scheduling.rules.memo import per_roster
from scheduling.rules.places import places

Mask = NDArray[np.bool_]
_WEEK = 7


@dataclass(frozen=True, eq=False, slots=True)
class CallBook:
    """Calls and FMIT weeks of the faculty, F people (`ids`) over D days and W weeks of a roster.

    `call` (F, D) nights held; `fmit` (F, D) and `held` (F, W) half-days of FMIT; `attending` (F, W): the faculty holding
    most of a week's half-days, all of them on a tie; `week` (D) the week a day lies in, `first_week` the Friday that week 0 begins on
    (it may lie before the roster). `pool` (D) marks Sunday to Thursday; `absent` (F, D, 3); `known` (D).
    `recorded` and `recorded_fmit` (D) mark the days between the first and the last recorded night and FMIT day.
    """

    origin: dt.date
    ids: tuple[str, ...]
    adjunct: Mask
    call: Mask
    fmit: NDArray[np.int64]
    held: NDArray[np.int64]
    attending: Mask
    week: NDArray[np.intp]
    first_week: dt.date
    pool: Mask
    weekday: NDArray[np.intp]
    absent: Mask
    known: Mask
    recorded: Mask
    recorded_fmit: Mask

    def date(self, day: int) -> dt.date:
        """The date of a day number."""
        return self.origin + days(int(day))

    def week_window(self, week: int) -> Window:
        """Friday to Thursday of a week number."""
        start = self.first_week + days(_WEEK * int(week))
        return Window(start, start + days(_WEEK - 1))

    def inside(self, window: Window) -> Mask:
        """(D): days of the window."""
        mask = np.zeros(len(self.known), np.bool_)
        first, last = (window.start - self.origin).days, (window.end - self.origin).days
        mask[max(first, 0) : max(last + 1, 0)] = True
        return mask

    def hits(self, mask: Mask, window: Window, people: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Row and day of every set cell of an (F, D) mask inside the window, for these people."""
        mask = mask & self.inside(window)
        wanted = set(people)
        for row, day in places(mask):
            if self.ids[row] in wanted:
                yield row, day

    def weeks_in(self, window: Window) -> Mask:
        """(W): weeks that share a date with the window."""
        mask = np.zeros(self.held.shape[1], np.bool_)
        mask[self.week[self.inside(window)]] = True
        return mask

    def shifted(self, mask: Mask, by: int) -> Mask:
        """(F, D): the mask moved `by` days later; days that come from outside the roster are unset."""
        moved = np.zeros_like(mask)
        if by < mask.shape[1]:
            moved[:, by:] = mask[:, : mask.shape[1] - by]
        return moved


@per_roster
def call_book(roster: Roster) -> CallBook:
    """The call book of a roster, from its effective cells."""
    people = roster.program.people
    rows = np.array([i for i, p in enumerate(people) if p.is_faculty], np.intp)
    cells, count = roster.cells[rows], len(roster.window)
    call = cells[:, :, Part.NIGHT] == _codes(roster, lambda p: p.call.activity)
    code = _codes(roster, lambda p: p.call.fmit_activity)
    fmit = (cells[:, :, Part.AM] == code).astype(np.int64) + (cells[:, :, Part.PM] == code)
    origin = roster.window.start
    first_week = fmit_week(origin).start
    week = (np.arange(count) + (origin - first_week).days) // _WEEK
    totals = np.add.reduceat(fmit, np.flatnonzero(np.diff(week, prepend=-1)), axis=1)
    weekday = almanac(roster).weekday
    recorded = np.zeros(count, np.bool_)
    if roster.recorded_calls is not None:
        low, high = (max(roster.day(d), -1) for d in (roster.recorded_calls.start, roster.recorded_calls.end))
        recorded[max(low, 0) : high + 1] = True
    return CallBook(
        origin=origin,
        ids=tuple(people[i].id for i in rows),
        adjunct=np.array([people[i].is_adjunct for i in rows], np.bool_),
        call=call,
        fmit=fmit,
        held=totals,
        attending=(totals > 0) & (totals == totals.max(axis=0, initial=0)),
        week=week,
        first_week=first_week,
        pool=~np.isin(weekday, (FRIDAY, SATURDAY)),
        weekday=weekday,
        absent=roster.absent[rows],
        known=roster.known,
        recorded=recorded,
        recorded_fmit=_between_first_and_last(fmit.any(axis=0)),
    )


def _between_first_and_last(held: Mask) -> Mask:
    return np.asarray(np.logical_or.accumulate(held) & np.logical_or.accumulate(held[::-1])[::-1])


def _codes(roster: Roster, read: Callable[[Policy], str]) -> NDArray[np.int64]:
    """(D): the array index of a code that the policy names, by day."""
    eras = eras_of(roster.program, roster.window)
    return np.array([roster.catalogue.index(read(p)) for p in eras.policies], np.int64)[eras.of_day]

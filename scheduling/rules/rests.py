"""The pauses between one duty and the next of the same person, and where a duty lies in the calendar."""

from __future__ import annotations

import bisect
import functools
import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Category
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.codes import in_category
from scheduling.rules.duties import Duties
from scheduling.rules.finding import Finding
from scheduling.rules.instants import Instants
from scheduling.rules.intervals import Minutes, Rows, Union


@dataclass(frozen=True, eq=False)
class Rests:
    """One entry per pause.

    `begin` and `end` are epoch minutes, `before` the position in the union of the duty that precedes the pause.
    """

    union: Union
    clock: Instants
    before: Rows

    @functools.cached_property
    def row(self) -> Rows:
        """The row of each pause."""
        return self.union.rows[self.before]

    @functools.cached_property
    def begin(self) -> Minutes:
        """Epoch minute at which each pause begins."""
        return self.union.end[self.before]

    @functools.cached_property
    def end(self) -> Minutes:
        """Epoch minute at which each pause ends."""
        return self.union.start[self.before + 1]

    @functools.cached_property
    def length(self) -> Minutes:
        """Minutes of each pause."""
        return (self.union.low[1:] - self.union.high[:-1])[self.before]

    def breaks(self, pause: Minutes | int) -> NDArray[np.bool_]:
        """Pauses shorter than so many minutes inside one day's work, such as a lunch hour."""
        mask = self.length < pause
        short = np.flatnonzero(mask)
        began = self.clock.day_of(self.union.start[self.before[short]])
        mask[short] = self.end[short] < self.clock.midnights[began + 1]
        return mask


def rests_of(d: Duties) -> Rests:
    """Every pause, derived once per duties."""
    memo = d.memo
    found = memo.get("rests")
    if not isinstance(found, Rests):
        u = d.duties
        before = (u.rows[1:] == u.rows[:-1]).nonzero()[0]
        found = memo["rests"] = Rests(u, d.clock, before)
    return found


def day_number(d: Duties, minute: Minutes) -> Minutes:
    """The roster's day an epoch minute lies in, its first or last day for what lies outside.

    Asked for the policy of the day alone: under a single policy any day serves.
    """
    if len(d.eras.policies) == 1:
        return np.zeros(len(minute), np.int64)
    return np.clip(d.clock.day_of(minute), 0, d.count - 1)


def span_of(d: Duties, begin: int, end: int) -> Window:
    """First and last calendar date of a stretch of time; its end does not count when it is midnight."""
    first, last = (bisect.bisect_right(d.clock.edges, minute) - 1 for minute in (begin, max(begin, end - 1)))
    return Window(d.clock.origin + days(first), d.clock.origin + days(last))


def clinical_end(d: Duties, roster: Roster, at: int) -> int:
    """Epoch minute at which clinical work ends in the duty at a position; transitions and education may follow it."""
    u, p = d.duties, d.pieces
    row, begin, end = int(u.rows[at]), int(u.start[at]), int(u.end[at])
    mine = (p.row == row) & (p.start < end) & (p.end > begin)
    education = in_category(roster.catalogue, Category.EDUCATION)[p.code[mine]]
    clinical = [(int(s), int(e)) for s, e in zip(p.start[mine][~education], p.end[mine][~education], strict=True)]
    handover: list[tuple[int, int]] = []
    if d.records is not None:
        r = d.records.of(DutyKind.TRANSITION)
        handover = [(int(s), int(e)) for x, s, e in zip(r.row, r.start, r.end, strict=True) if x == row]
    marks = sorted({m for s, e in (*clinical, *handover) for m in (s, e) if begin <= m <= end} | {begin, end})
    for low, high in reversed(list(itertools.pairwise(marks))):
        if any(s <= low and high <= e for s, e in handover):
            continue
        if any(s <= low and high <= e for s, e in clinical):
            return high
    return begin


def duty_at(d: Duties, finding: Finding) -> list[int]:
    """Positions of the duties of row 0 that touch the finding's dates."""
    u = d.duties
    low, high = ((date - d.clock.origin).days for date in (finding.start, finding.end))
    begin, end = d.clock.midnights[low], d.clock.midnights[high + 1]
    return [int(i) for i in np.flatnonzero((u.rows == 0) & (u.start < end) & (u.end > begin))]

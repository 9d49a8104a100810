"""What changes between two schedules, cell by cell, and how much of the old one that is (domain.md §10)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError
from scheduling.model.override import SOURCES, Change, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import NO_SOURCE, Roster

Grid = NDArray[np.int16]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Share:
    """How much of a set of old cells moved: counts of cells, and the two measures of §10.

    `before` counts the filled cells of the old schedule, `changed` those with another activity, `removed` those that
    are open now, `filled` the cells that were open before, or held a stand-in of the template that a solve replaces:
    they stand outside churn and rigidity.
    """

    before: int
    changed: int
    removed: int
    filled: int

    @property
    def touched(self) -> int:
        """Old cells that are no longer what they were."""
        return self.changed + self.removed

    @property
    def churn(self) -> Fraction:
        """|A △ B| / (|A| + |B|) over (person, slot, activity) triples; cells that were open before are in neither."""
        both = 2 * self.before - self.removed
        return Fraction(2 * self.changed + self.removed, both) if both else Fraction(0)

    @property
    def rigidity(self) -> Fraction:
        """1 minus the share of (person, slot) keys whose activity differs."""
        return 1 - Fraction(self.touched, self.before) if self.before else Fraction(1)


@dataclass(frozen=True)
class Diff:
    """The changes of a window, ordered by date, part and person, with the shares over all and per person.

    `people` holds those with at least one change, filled cells included.
    """

    window: Window
    share: Share
    people: Mapping[str, Share]
    changes: tuple[Change, ...]

    @property
    def touched(self) -> tuple[str, ...]:
        """People who lose or change a cell; those who only gain cells that were open are not touched."""
        return tuple(p for p, share in self.people.items() if share.touched)

    def by_person(self) -> dict[str, list[Change]]:
        """The changes of each person, in the order of their slots."""
        found: dict[str, list[Change]] = {}
        for change in self.changes:
            found.setdefault(change.person, []).append(change)
        return dict(sorted(found.items()))

    def by_day(self) -> dict[dt.date, list[Change]]:
        """The changes of each date."""
        return {day: list(group) for day, group in groupby(self.changes, attrgetter("slot.date"))}


def diff_rosters(old: Roster, new: Roster, window: Window | None = None) -> Diff:
    """Compare the effective cells of two rosters of one program, over the window (default: theirs, which must agree)."""
    wanted = window or old.window
    if old.program.catalogue.codes != new.program.catalogue.codes or set(old.rows) != set(new.rows):
        raise InvalidError("target", "the two schedules belong to different programs")
    people = tuple(old.rows)
    order = np.array([new.rows[p] for p in people], int)
    span = slice(old.day(wanted.start), old.day(wanted.end) + 1)
    return _measure(
        wanted,
        people,
        old.catalogue.codes,
        _cut(old, wanted, slice(None)),
        _cut(new, wanted, order),
        _stand_ins(old, span) & _solved(new, order, slice(new.day(wanted.start), new.day(wanted.end) + 1)),
    )


def _stand_ins(old: Roster, span: slice) -> Mask:
    """Cells the template filled until their block is solved (§4), and that no override has touched."""
    template: Mask = old.sources[:, span] == SOURCES.index(Source.TEMPLATE)
    bare: Mask = old.base[:, span] == old.cells[:, span]
    return template & bare


def _solved(new: Roster, order: NDArray[np.int_], span: slice) -> Mask:
    """Cells a solve decided: filled by it, or left open for somebody who has no stand-in any more."""
    sources = new.sources[order, span]
    whole = ~(sources == SOURCES.index(Source.TEMPLATE)).any(axis=(1, 2), keepdims=True)
    solved: Mask = sources == SOURCES.index(Source.SOLVER)
    emptied: Mask = whole & solved.any(axis=(1, 2), keepdims=True) & (sources == NO_SOURCE)
    return solved | emptied


def _cut(roster: Roster, window: Window, rows: slice | NDArray[np.int_]) -> Grid:
    if window.start not in roster.window or window.end not in roster.window:
        raise InvalidError("window", f"{window} lies outside {roster.window}")
    return roster.cells[rows, roster.day(window.start) : roster.day(window.end) + 1]


def _measure(
    window: Window,
    people: Sequence[str],
    codes: Sequence[str],
    old: Grid,
    new: Grid,
    replaced: Mask,
) -> Diff:
    was, now = old >= 0, new >= 0
    moved = old != new
    held = was & ~(replaced & moved)
    counts = [m.sum(axis=(1, 2)) for m in (held, held & now & moved, held & ~now, ~held & now)]
    shares = [Share(*(int(c[row]) for c in counts)) for row in range(len(people))]
    differing = np.nonzero(moved.any(axis=(1, 2)))[0]
    changes = tuple(
        Change(
            people[p],
            Slot(window.start + days(d), Part(s)),
            codes[int(old[p, d, s])] if was[p, d, s] else None,
            codes[int(new[p, d, s])] if now[p, d, s] else None,
        )
        for d, s, p in np.argwhere(moved.transpose(1, 2, 0)).tolist()
    )
    total = Share(*(int(c.sum()) for c in counts))
    return Diff(window, total, {people[int(r)]: shares[int(r)] for r in differing}, changes)

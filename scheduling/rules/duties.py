"""What people do, as elapsed time: pieces of work from the roster's cells, merged into duties (rules.md).

Contiguous and overlapping pieces of one person are one duty before any hours rule looks at them. Four unions are kept
because the requirements count different things:

- `duties`: scheduled work and transitions, what 6.21, 6.21.a and 6.22 speak of;
- `stayed`: the same with 6.23 stays, which decide when somebody really left;
- `worked`: every hour 6.20 counts: scheduled work outside leave, transitions, stays, calls from home, moonlighting;
- `busy`: what keeps a day from being free for 6.21.b: work, at-home call and whole days of leave, but no moonlighting.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
from numpy.typing import NDArray

from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Part
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.rules.codes import codes_among, flagged
from scheduling.rules.eras import Eras, eras_of
from scheduling.rules.instants import Instants, instants
from scheduling.rules.intervals import Minutes, Rows, Union, keyed, merge
from scheduling.rules.pieces import Pieces, pieces_of

_DAY = 1440

_EMPTY = np.zeros(0, np.int64)

Spans = tuple[Rows, Minutes, Minutes]
"""Rows, starts and ends of intervals."""

_NOWHERE: Spans = (_EMPTY, _EMPTY, _EMPTY)


@dataclass(frozen=True, eq=False, slots=True)
class Records:
    """Duty records of these people as arrays; `new` marks transitions with new patients, `at` the record's position."""

    row: Rows
    kind: NDArray[np.object_]
    start: Minutes
    end: Minutes
    new: NDArray[np.bool_]
    at: Rows

    def of(self, *kinds: DutyKind) -> Records:
        """The records of these kinds."""
        keep = np.isin(self.kind, kinds)
        return Records(self.row[keep], self.kind[keep], self.start[keep], self.end[keep], self.new[keep], self.at[keep])


class Derived(dict[str, object]):
    """What is derived from some duties and may hold them.

    The roster keeps it and the duties know it by a weak reference: in a cycle the arrays of every roster would stay until
    the next garbage collection.
    """


@dataclass(frozen=True, eq=False)
class Duties:
    """The duties of some people (`ids`; rows below are positions in it) over a whole roster.

    Shapes, with R people and D days: `cells`, `leave` (R, D, 3); `rotation` (R, D), -1 unassigned and -2 unknown days.
    """

    program: Program
    ids: tuple[str, ...]
    eras: Eras
    clock: Instants
    cells: NDArray[np.int16]
    leave: NDArray[np.bool_]
    rotation: NDArray[np.int16]
    kept: weakref.ref[Derived]

    @property
    def memo(self) -> Derived:
        """What other modules derive from these duties once, by their own names, for as long as the roster lives."""
        found = self.kept()
        return Derived() if found is None else found

    @property
    def count(self) -> int:
        """Number of days."""
        return int(self.cells.shape[1])

    @functools.cached_property
    def pieces(self) -> Pieces:
        """Every working cell as an interval."""
        return pieces_of(self.program, self.eras, self.clock, self.cells, self.leave, home=False)

    @functools.cached_property
    def records(self) -> Records | None:
        """Duty records of these people; None where there are none, the usual case."""
        rows = {person: row for row, person in enumerate(self.ids)}
        last = self.clock.origin.toordinal() + self.count
        found = [
            (rows[r.person], r, i)
            for i, r in enumerate(self.program.duty_records)
            if r.person in rows and self.clock.origin.toordinal() <= r.date.toordinal() < last
        ]
        if not found:
            return None
        wall = np.array([(r.date - self.clock.origin).days * _DAY for _, r, _ in found], np.int64)
        return Records(
            np.array([row for row, _, _ in found], np.intp),
            np.array([r.kind for _, r, _ in found], object),
            self.clock.epoch(wall + np.array([r.start for _, r, _ in found])),
            self.clock.epoch(wall + np.array([r.end for _, r, _ in found])),
            np.array([r.new_patients for _, r, _ in found], np.bool_),
            np.array([i for _, _, i in found], np.intp),
        )

    @functools.cached_property
    def duties(self) -> Union:
        """Scheduled work and transitions."""
        return self._with(DutyKind.TRANSITION)

    @functools.cached_property
    def stayed(self) -> Union:
        """Duties with the stays that prolong them."""
        if self.records is None:
            return self.duties
        return self._with(DutyKind.TRANSITION, DutyKind.STAY)

    @functools.cached_property
    def worked(self) -> Union:
        """Every hour 6.20 counts."""
        p = self.pieces
        if self.records is None and not p.leave.any():
            return self.duties
        return self._with(*DutyKind, keep=~p.leave)

    @functools.cached_property
    def busy(self) -> Union:
        """What keeps a day from being free."""
        return self._beside_leave(self.home_call) if len(self.home_call[0]) else self.without_home_call

    @functools.cached_property
    def without_home_call(self) -> Union:
        """What would keep a day from being free if there were no at-home call."""
        return self._beside_leave()

    def _beside_leave(self, *more: Spans) -> Union:
        """Work, something more, and whole days of leave, which are no free days."""
        row, day = np.nonzero(self.leave_days)
        midnight = self.clock.midnights
        found = self.duties.joined(keyed(row, midnight[day]), keyed(row, midnight[day + 1]))
        if self.records is not None:
            r = self.records.of(DutyKind.STAY, DutyKind.CALLED_IN)
            more = ((r.row, r.start, r.end), *more)
        for rows, starts, ends in more:
            union = merge(rows, starts, ends)
            found = found.joined(union.low, union.high)
        return found

    @functools.cached_property
    def leave_days(self) -> NDArray[np.bool_]:
        """(R, D): both half-days on leave."""
        return np.asarray(self.leave[:, :, Part.AM] & self.leave[:, :, Part.PM])

    @functools.cached_property
    def home_call(self) -> Spans:
        """Rows, starts and ends of at-home call; a call without hours of its own takes its whole date."""
        at_home = flagged(self.program.catalogue, "home_call")
        if not at_home.any() or not at_home[self.cells].any():
            return _NOWHERE
        p = pieces_of(self.program, self.eras, self.clock, self.cells, self.leave, home=True)
        return p.row, p.start, p.end

    def _with(
        self,
        *kinds: DutyKind,
        keep: NDArray[np.bool_] | None = None,
        more: Sequence[Spans] = (),
    ) -> Union:
        p = self.pieces
        parts: list[Spans] = [(p.row, p.start, p.end) if keep is None else (p.row[keep], p.start[keep], p.end[keep])]
        if self.records is not None:
            r = self.records.of(*kinds)
            parts.append((r.row, r.start, r.end))
        parts += more
        if len(parts) == 1:
            return merge(*parts[0])
        rows, starts, ends = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        return merge(rows, starts, ends)


def duties_of(roster: Roster, people: Sequence[str]) -> Duties:
    """The duties of the residents among these people, measured once per roster and set of people."""
    known = cast("dict[tuple[str, ...], tuple[Duties, Derived]]", roster.memo.setdefault(__name__, {}))
    key = tuple(people)
    found = known.get(key)
    if found is None:
        by_id, derived = roster.program.by_id, Derived()
        found = known[key] = _measure(roster, tuple(p for p in key if by_id[p].is_resident), derived), derived
    return found[0]


def _measure(roster: Roster, ids: tuple[str, ...], derived: Derived) -> Duties:
    rows: Rows | slice = np.array([roster.row(p) for p in ids], np.intp)
    if len(ids) == 1:
        row = roster.row(ids[0])
        rows = slice(row, row + 1)
    cells = roster.cells[rows]
    eras = eras_of(roster.program, roster.window)
    codes = tuple(c for p in eras.policies for c in p.hours.leave_codes)
    leave = roster.absent[rows] | codes_among(roster.catalogue, codes)[cells]
    return Duties(
        program=roster.program,
        ids=ids,
        eras=eras,
        clock=instants(roster.program.clock.zone, roster.window.start, len(roster.window)),
        cells=cells,
        leave=leave,
        rotation=np.where(roster.known, roster.rotation[rows], np.int16(-2)),
        kept=weakref.ref(derived),
    )

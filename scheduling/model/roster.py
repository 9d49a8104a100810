"""The effective roster: published versions plus active overrides as one dense immutable value (decision 1)."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, days
from scheduling.model.errors import NotFoundError
from scheduling.model.override import SOURCES, Change, Override, Source
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.rotation import Rotation

NO_SOURCE = 255


@dataclass(frozen=True, slots=True)
class Doubled:
    """An activity that found its slot already taken: the second booking of one person and slot."""

    person: str
    slot: Slot
    activity: str
    override: str | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """A cell that must hold what it held when a draft or a solve began, and which source locked it."""

    person: str
    slot: Slot
    activity: str
    source: Source


@dataclass(frozen=True, eq=False)
class Roster:
    """A program's schedule over a window of dates.

    Shapes, with P people (all of `program.people`, in that order) and D days of `window`:
    `base` and `cells` int16 (P, D, 3) index `program.catalogue` (-1 open): before and after the overlay;
    `sources` uint8 (P, D, 3) index SOURCES (255 open); `rotation` int16 (P, D) indexes `rotations` (-1 unassigned);
    `absent` bool (P, D, 3) is the union of approved absences and their recovery days;
    `known` bool (D,) marks days that a version covers. All arrays are read-only.
    """

    program: Program
    window: Window
    base: NDArray[np.int16]
    cells: NDArray[np.int16]
    sources: NDArray[np.uint8]
    rotation: NDArray[np.int16]
    rotations: tuple[Rotation, ...]
    absent: NDArray[np.bool_]
    known: NDArray[np.bool_]
    versions: Mapping[BlockRef, str]
    overlay: int = 0
    overrides: tuple[Override, ...] = ()
    unapplied: tuple[Override, ...] = ()
    doubled: tuple[Doubled, ...] = ()
    recorded_calls: Window | None = None
    """First to last night with a caller in the whole live schedule; nights outside it are missing, not gaps."""
    locks: tuple[Lock, ...] = ()
    """Cells a draft or a solve was bound to keep; empty for what was published."""
    memo: dict[str, object] = field(default_factory=dict, init=False, repr=False)
    """What other modules derive from this roster once, by names of their own; a changed roster starts without."""

    def __post_init__(self) -> None:
        for array in (self.base, self.cells, self.sources, self.rotation, self.absent, self.known):
            array.setflags(write=False)

    def __getstate__(self) -> dict[str, object]:
        """What is derived stays at home: another process derives its own."""
        return {**self.__dict__, "memo": {}}

    @property
    def catalogue(self) -> Catalogue:
        """The activities the arrays are indexed by."""
        return self.program.catalogue

    @property
    def rows(self) -> Mapping[str, int]:
        """Array row of every person id."""
        return self.program.rows

    @functools.cached_property
    def coverages(self) -> Mapping[tuple[str, Slot], Override]:
        """The coverage that put somebody's duty into a cell, by the replacement and the slot it landed on."""
        failed = {d.override for d in self.doubled}
        landed = (o for o in self.overrides if o.replacement is not None and o.id not in failed)
        return {(o.replacement, o.slot): o for o in landed if o.replacement is not None}

    def row(self, person: str) -> int:
        """Array row of the person; NotFoundError with the nearest ids."""
        try:
            return self.rows[person]
        except KeyError:
            raise NotFoundError("person", person, self.rows) from None

    def day(self, date: dt.date) -> int:
        """Array column of the date (may lie outside 0..D-1: check with `date in roster.window`)."""
        return (date - self.window.start).days

    def date(self, day: int) -> dt.date:
        """The date of an array column."""
        return self.window.start + days(int(day))

    def policy(self, date: dt.date) -> Policy:
        """The policy in force on the date."""
        return self.program.policies.at(date)

    def at(self, person: str, slot: Slot) -> str | None:
        """The effective activity of one cell; None where it is open or outside the window."""
        return self._code(self.cells, person, slot)

    def base_at(self, person: str, slot: Slot) -> str | None:
        """The activity before the overlay; None where it is open or outside the window."""
        return self._code(self.base, person, slot)

    def _code(self, array: NDArray[np.int16], person: str, slot: Slot) -> str | None:
        if slot.date not in self.window:
            return None
        return self.catalogue.code(array.item(self.row(person), self.day(slot.date), slot.part))

    def is_absent(self, person: str, slot: Slot) -> bool:
        """True when an approved absence (or its recovery) blocks the slot; dates outside the window ask the program."""
        if slot.date in self.window:
            return self.absent.item(self.row(person), self.day(slot.date), slot.part)
        recovery = self.policy(slot.date).absences.recovery_days
        return any(a.blocks_slot(slot, recovery) for a in self.program.absences_of(person))

    def holders(self, code: str, slot: Slot) -> tuple[str, ...]:
        """Ids of the people whose effective activity in the slot is `code`."""
        if slot.date not in self.window or code not in self.catalogue:
            return ()
        hits = np.nonzero(self.cells[:, self.day(slot.date), slot.part] == self.catalogue.index(code))[0]
        return tuple(self.program.people[i].id for i in hits)

    def source_at(self, person: str, slot: Slot) -> Source | None:
        """Where the cell comes from; None where it is open."""
        if slot.date not in self.window:
            return None
        number = self.sources.item(self.row(person), self.day(slot.date), slot.part)
        return None if number == NO_SOURCE else SOURCES[number]

    def rotation_of(self, person: str, date: dt.date) -> Rotation | None:
        """The resident's rotation on the date."""
        if date not in self.window:
            return None
        number = self.rotation.item(self.row(person), self.day(date))
        return None if number < 0 else self.rotations[number]

    def filled(self, window: Window | None = None) -> Iterator[tuple[str, Slot, str]]:
        """Person, slot and effective activity of every filled cell of the window."""
        for p, d, s in zip(*np.nonzero(self.cells >= 0), strict=True):
            date = self.date(d)
            if window is None or date in window:
                yield self.program.people[p].id, Slot(date, Part(int(s))), self.catalogue.codes[self.cells[p, d, s]]

    def with_changes(self, changes: Iterable[Change]) -> Roster:
        """The roster as it would be with these cells set or opened; the base and the overrides stay as they are."""
        cells, sources = self.cells.copy(), self.sources.copy()
        for change in changes:
            where = (self.row(change.person), self.day(change.slot.date), int(change.slot.part))
            cells[where] = Catalogue.OPEN if change.to is None else self.catalogue.index(change.to)
            sources[where] = NO_SOURCE if change.to is None else SOURCES.index(Source.MANUAL)
        return replace(self, cells=cells, sources=sources)


def empty_arrays(people: int, window: Window) -> tuple[NDArray[np.int16], NDArray[np.uint8]]:
    """All-open cells and sources for a window."""
    shape = (people, len(window), len(PARTS))
    return np.full(shape, Catalogue.OPEN, np.int16), np.full(shape, NO_SOURCE, np.uint8)

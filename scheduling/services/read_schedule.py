"""Read a schedule slot by slot: what stands, what is covered by somebody else, what is a gap, what was cancelled."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.errors import NotFoundError
from scheduling.model.override import SOURCES, Override, OverrideType, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import NO_SOURCE, Roster
from scheduling.services.target import LIVE, Target, require_meeting, roster_of
from scheduling.store.unit import UnitOfWork


class SlotState(StrEnum):
    """How an assignment stands in the effective schedule."""

    BASE = "base"
    COVERED = "covered"
    GAP = "gap"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Assignment:
    """One assignment. `person` is who does it: the replacement when covered, None when it is a gap or cancelled.

    `base_person` is whose assignment it was, where an override (`override`, by id) stands on it.
    """

    slot: Slot
    person: str | None
    activity: str
    state: SlotState
    source: Source
    base_person: str | None = None
    override: str | None = None

    @property
    def locked(self) -> bool:
        """Preloaded and manual cells are locked."""
        return self.source.locked

    def of(self, people: Collection[str]) -> bool:
        """True when one of these people does it or was to do it."""
        return self.person in people or self.base_person in people


@dataclass(frozen=True)
class ScheduleView:
    """The assignments of a window by date, part and person, read from `roster` (which may reach beyond the window)."""

    roster: Roster
    window: Window
    assignments: tuple[Assignment, ...]

    @functools.cached_property
    def totals(self) -> Mapping[SlotState, int]:
        """Assignments by state."""
        return Counter(a.state for a in self.assignments)

    @functools.cached_property
    def by_activity(self) -> Mapping[str, int]:
        """Assignments by activity, most first; cancelled ones are not counted."""
        counted = Counter(a.activity for a in self.assignments if a.state is not SlotState.CANCELLED)
        return dict(sorted(counted.items(), key=lambda c: (-c[1], c[0])))


async def read_schedule(
    unit: UnitOfWork,
    slug: str,
    window: Window,
    *,
    people: Collection[str] = (),
    activities: Collection[str] = (),
    overlay: bool = True,
    target: Target = LIVE,
) -> ScheduleView:
    """The assignments of a window, of these people and activities where any are named.

    With `overlay=False` the base alone. NotFoundError for an unknown person or activity, InvalidError for a target of other dates.
    """
    await require_meeting(unit, slug, target, window)
    roster = await roster_of(unit, slug, window, target, overlay=overlay, margin=0)
    for person in people:
        roster.row(person)
    for code in activities:
        if code not in roster.catalogue:
            raise NotFoundError("activity", code, roster.catalogue.codes)
    found = (a for a in assignments(roster, window) if not activities or a.activity in activities)
    kept = (a for a in found if not people or a.of(people))
    return ScheduleView(roster, window, tuple(kept))


def assignments(roster: Roster, window: Window) -> list[Assignment]:
    """Every assignment of the window by date, part and person.

    A coverage whose replacement already holds something there is listed beside that: the double booking is visible.
    """
    found = list(_standing(roster, window))
    if taken := list(_overridden(roster, window)):
        found = sorted(found + taken, key=lambda a: (a.slot, a.person or a.base_person or "", a.activity))
    return found


def _standing(roster: Roster, window: Window) -> Iterator[Assignment]:
    """The filled cells, already in order: people stand in a roster by id."""
    first = roster.day(window.start)
    span = slice(first, first + len(window))
    cells = roster.cells[:, span].transpose(1, 2, 0)
    slots = [[Slot(date, part) for part in Part] for date in window]
    people, codes = [p.id for p in roster.program.people], roster.catalogue.codes
    filled = cells >= 0
    sources = roster.sources[:, span].transpose(1, 2, 0)[filled].tolist()
    where = zip(*(axis.tolist() for axis in filled.nonzero()), cells[filled].tolist(), sources, strict=True)
    for d, s, p, code, source in where:
        slot, person = slots[d][s], people[p]
        coverage = roster.coverages.get((person, slot)) if roster.overrides else None
        if coverage is None:
            yield Assignment(slot, person, codes[code], SlotState.BASE, SOURCES[source])
        else:
            covered = (coverage.person, coverage.id)
            yield Assignment(slot, person, codes[code], SlotState.COVERED, SOURCES[source], *covered)


def _overridden(roster: Roster, window: Window) -> Iterator[Assignment]:
    failed = {d.override for d in roster.doubled}
    for override in roster.overrides:
        if override.slot.date not in window:
            continue
        if override.type is not OverrideType.COVERAGE:
            state = SlotState.GAP if override.type is OverrideType.GAP else SlotState.CANCELLED
            yield _taken(roster, override, None, state)
        elif override.id in failed:
            yield _taken(roster, override, override.replacement, SlotState.COVERED)


def _taken(roster: Roster, override: Override, person: str | None, state: SlotState) -> Assignment:
    number = int(roster.sources[roster.row(override.person), roster.day(override.slot.date), override.slot.part])
    source = Source.MANUAL if number == NO_SOURCE else SOURCES[number]
    return Assignment(override.slot, person, override.activity, state, source, override.person, override.id)

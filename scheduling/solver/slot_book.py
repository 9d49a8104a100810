"""Who may be where, slot by slot: decided cells with their literals, all others as the facts have them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.activity import Activity
from scheduling.model.part import Slot
from scheduling.model.person import Person
from scheduling.solver.build import Build
from scheduling.solver.sums import Literal


@dataclass(frozen=True, slots=True)
class Presence:
    """One person who holds, or may hold, one activity in a slot."""

    person: Person
    activity: Activity
    literal: Literal


class SlotBook:
    """The slots of a build that have anything decided in them. `sites` are those of the people decided."""

    def __init__(self, build: Build) -> None:
        self._build = build
        self._decided: dict[Slot, dict[str, dict[str, Literal]]] = defaultdict(dict)
        by_id = build.problem.roster.program.by_id
        sites: set[str] = set()
        for person, slot, options in build.variables.decided():
            self._decided[slot][person] = dict(options)
            sites.add(by_id[person].site)
        self.sites = tuple(sorted(sites))
        self.slots = tuple(sorted(self._decided))
        self._made: dict[Slot, tuple[Presence, ...]] = {}

    def at(self, slot: Slot) -> tuple[Presence, ...]:
        """Everybody's presence in the slot, people in order; of other sites only who leads a procedure."""
        found = self._made.get(slot)
        if found is None:
            found = self._made[slot] = tuple(self._presences(slot))
        return found

    def _presences(self, slot: Slot) -> Iterator[Presence]:
        roster, decided = self._build.problem.roster, self._decided[slot]
        catalogue = roster.policy(slot.date).catalogue
        column = roster.cells[:, roster.day(slot.date), slot.part] if slot.date in roster.window else None
        for row, person in enumerate(roster.program.people):
            options = decided.get(person.id)
            if options is not None:
                for code, literal in options.items():
                    yield Presence(person, catalogue[code], literal)
            elif column is not None and column[row] >= 0:
                activity = catalogue[roster.catalogue.codes[column[row]]]
                if person.site in self.sites or activity.needs_credential:
                    yield Presence(person, activity, 1)


def slot_book(build: Build) -> SlotBook:
    """The build's slot book, made once after everything was offered."""
    found = build.memo.get("slots")
    if not isinstance(found, SlotBook):
        found = build.memo["slots"] = SlotBook(build)
    return found

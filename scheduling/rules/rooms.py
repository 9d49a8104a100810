"""prog.rooms: no more clinicians in a slot than there are rooms (domain.md §5)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Kind
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.codes import Table
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import per_slot, places
from scheduling.rules.rule import Hard, Line, Rule, on
from scheduling.rules.sites import at_site, said_at, sites_of


class Rooms(Rule):
    """Above the hard limit is a must, above the soft one policy. Virtual clinic and AT take none, SM one per slot."""

    id = "prog.rooms"
    title = "Rooms per slot"
    citation = "Program policy: rooms"
    text = "At most as many clinicians work in clinic rooms in one slot as there are rooms, at each clinic site."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per site and slot over a limit."""
        for site, (where, policy) in itertools.product(sites_of(roster), split(roster, window)):
            used = rooms_used(roster, where, policy, site)
            for day, part in places(used > policy.rooms.soft):
                slot = Slot(where.start + days(day), Part(part))
                count = int(used[day, part])
                hard = count > policy.rooms.hard
                limit = policy.rooms.hard if hard else policy.rooms.soft
                text = f"{count} rooms used{said_at(site)} ({'at most' if hard else 'better no more than'} {limit})"
                yield self.finding(
                    None,
                    on(slot.date),
                    count,
                    limit,
                    "rooms",
                    f"{slot}: {text}",
                    part=slot.part,
                    about=site or None,
                    binding=Binding.MUST if hard else Binding.POLICY,
                )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Who takes a room, and both limits."""
        policy, slot = roster.policy(finding.start), Slot(finding.start, finding.part or Part.AM)
        lines = []
        for activity in policy.activities:
            if activity.uses_room and (who := _clinicians(roster, activity.code, slot, finding.about)):
                takes = 1 if activity.room_once else len(who)
                lines.append(Line(activity.code, f"{', '.join(who)}: {takes}"))
        return [
            *lines,
            Line("rooms used", str(finding.value)),
            Line("limits", f"{policy.rooms.soft} soft, {policy.rooms.hard} hard"),
        ]

    def concerned(self, roster: Roster, finding: Finding) -> Sequence[str]:
        """Everybody who takes a room."""
        slot = Slot(finding.start, finding.part or Part.AM)
        codes = [a.code for a in roster.policy(finding.start).activities if a.uses_room]
        return sorted(p for code in codes for p in _clinicians(roster, code, slot, finding.about))


def rooms_used(roster: Roster, window: Window, policy: Policy, site: str | None = None) -> NDArray[np.int64]:
    """(days, 3): rooms used in every slot of a window inside the roster, at one site or (None) all together.

    Learners sit beside somebody and take none.
    """
    rows = np.array([i for i, p in enumerate(roster.program.people) if p.kind is not Kind.LEARNER], np.intp)
    rows = at_site(roster, rows, site)
    cells = roster.cells[rows, roster.day(window.start) : roster.day(window.end) + 1]
    each, once = _takes_room(roster.catalogue.codes, ByDigest(policy))
    used = per_slot(each[cells])
    for index in once:
        used += (cells == index).any(axis=0)
    return used


@functools.lru_cache(maxsize=64)
def _takes_room(codes: tuple[str, ...], holder: ByDigest) -> tuple[Table, tuple[int, ...]]:
    """Codes that take a room for each person in them, and those that take one together."""
    known = holder.policy.catalogue
    takes = [code in known and known[code].uses_room for code in codes]
    once = tuple(i for i, code in enumerate(codes) if takes[i] and known[code].room_once)
    return np.array([*(taken and i not in once for i, taken in enumerate(takes)), False], np.bool_), once


def _clinicians(roster: Roster, code: str, slot: Slot, site: str | None) -> list[str]:
    people = [roster.program.by_id[p] for p in roster.holders(code, slot)]
    return [p.id for p in people if p.kind is not Kind.LEARNER and site in (None, p.site)]


RULE = Rooms()

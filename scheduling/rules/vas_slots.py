"""prog.vas_slots: activities held in certain slots only stay in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.almanac import almanac
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import places
from scheduling.rules.rule import Hard, Line, Rule, on

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class OnlySlots(Rule):
    """The slots are the activity's own figure, `only_slots`: VAS on Thursday and on Friday morning."""

    id = "prog.vas_slots"
    title = "VAS only in its slots"
    citation = "Program policy: procedures"
    text = "An activity that is held in certain weekday slots only stands in no other."
    binding = Binding.POLICY
    enforcement = Hard()
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and slot."""
        wanted = set(people)
        for where, policy in split(roster, window):
            inside = slice(roster.day(where.start), roster.day(where.end) + 1)
            weekday = almanac(roster).weekday[inside]
            for activity in policy.activities:
                if not activity.only_slots:
                    continue
                held = roster.cells[:, inside] == roster.catalogue.index(activity.code)
                for row, day, part in places(held & ~_allowed(activity.only_slots)[weekday - 1]):
                    person, slot = roster.program.people[row].id, Slot(where.start + days(day), Part(part))
                    if person in wanted:
                        text = f"{activity.code} on {slot.date:%a} {slot} (only {', '.join(map(_named, activity.only_slots))})"
                        yield self.finding(person, on(slot.date), 1, 0, "half-days", text, part=slot.part)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The slot and those there are."""
        code = roster.at(finding.person or "", Slot(finding.start, finding.part or Part.AM)) or ""
        slots = roster.policy(finding.start).catalogue[code].only_slots
        return [
            Line("held", f"{code} on {finding.start:%A} {(finding.part or Part.AM).name}"),
            Line("its slots", ", ".join(map(_named, slots))),
        ]


def _allowed(slots: Sequence[str]) -> NDArray[np.bool_]:
    """(7, 3): the slots of a week, Monday first."""
    week = range(1, len(_WEEKDAYS) + 1)
    return np.array([[f"{weekday} {part.name}" in slots for part in Part] for weekday in week], np.bool_)


def _named(slot: str) -> str:
    weekday, _, part = slot.partition(" ")
    return f"{_WEEKDAYS[int(weekday) - 1]} {part}"


RULE = OnlySlots()

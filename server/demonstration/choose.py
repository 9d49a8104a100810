"""Whom the demonstration takes out: the faculty member whose absence asks the most of a plan."""

from __future__ import annotations

import datetime as dt

from scheduling.model.calendar import MONDAY, days, next_weekday
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.person import Person
from scheduling.model.roster import Roster

_STAY = 2
"""Monday to Wednesday: two days after the first."""


def choose_absence(roster: Roster, within: Window) -> tuple[str, Window]:
    """A person with a call, and the Monday to Wednesday that holds the widest mix of their duties.

    Only faculty who take call and are not away already; the earliest window and the first id win a tie.
    """
    mondays = [d for d in within if d.isoweekday() == MONDAY and d + days(_STAY) <= within.end]
    choices = [
        (_breadth(roster, person, monday), -monday.toordinal(), person.id)
        for monday in mondays
        for person in roster.program.people
        if person.takes_call and person.active
    ]
    breadth, ordinal, chosen = max(choices, key=lambda c: (c[0], c[1], [-ord(ch) for ch in c[2]]))
    if breadth == (0, 0):
        raise LookupError("no faculty member of the demonstration program has a call and a clinic in one window")
    start = dt.date.fromordinal(-ordinal)
    return chosen, Window(start, start + days(_STAY))


def week_of(window: Window) -> Window:
    """The Sunday-to-Saturday week that shows the absence with the day after it."""
    start = next_weekday(window.start - days(6), 7)
    return Window(start, start + days(6))


def _breadth(roster: Roster, person: Person, monday: dt.date) -> tuple[int, int]:
    slots = [Slot(date, part) for date in Window(monday, monday + days(_STAY)) for part in PARTS]
    held = [roster.at(person.id, slot) for slot in slots]
    call = roster.policy(monday).call.activity
    if call not in held or any(roster.is_absent(person.id, slot) for slot in slots):
        return (0, 0)
    duties = [code for code in held if code and not roster.catalogue[code].is_time_off]
    return (len(set(duties)), len(duties))

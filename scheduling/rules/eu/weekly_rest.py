"""eu.weekly_rest: twenty-four hours of rest in every week."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import MONDAY, days, next_weekday
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import Numbers

_HOUR, _WEEK = 60, 7


class EuWeeklyRest(Rule):
    """Monday to Sunday; the rest lies inside the week. Leave is rest."""

    id = "eu.weekly_rest"
    title = "24 hours of weekly rest"
    citation = "Directive 2003/88/EC, article 5"
    text = "Per each seven-day period every worker has a minimum uninterrupted rest period of 24 hours."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and week."""
        d = duties_of(roster, people)
        rest = roster.policy(window.end).eu.weekly_rest_hours
        for week in _weeks(roster, window):
            for row in map(int, np.flatnonzero(_rests(d, week, rest) < 1)):
                text = f"no {rest} h of continuous rest in the week of {week.start}"
                yield self.finding(d.ids[row], week, 0, 1, "rests", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The week and its rests."""
        rest = roster.policy(finding.end).eu.weekly_rest_hours
        held = _rests(duties_of(roster, (finding.person or "",)), finding.window, rest)
        return [
            Line("week", f"{finding.start} to {finding.end}"),
            Line(f"rests of {rest} h", str(int(held[0]))),
            Line("needed", "1"),
        ]


def _weeks(roster: Roster, window: Window) -> Iterator[Window]:
    start = next_weekday(roster.window.start, MONDAY)
    while start + days(_WEEK - 1) <= roster.window.end:
        week = Window(start, start + days(_WEEK - 1))
        if week.meets(window) and roster.known[roster.day(week.start) : roster.day(week.end) + 1].all():
            yield week
        start += days(_WEEK)


def _rests(d: Duties, week: Window, rest: int) -> Numbers:
    rows = np.arange(len(d.ids))
    first = np.full(len(rows), (week.start - d.clock.origin).days)
    midnight = d.clock.midnights
    return d.stayed.stretches(rows, midnight[first], midnight[first + _WEEK], _HOUR * rest)


RULE = EuWeeklyRest()

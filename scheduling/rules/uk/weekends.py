"""uk.weekends: at most one weekend in two is worked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.reference import reference_windows
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import Numbers
from scheduling.rules.weekends import weekends_of
from scheduling.rules.wording import number


class UkWeekends(Rule):
    """Any work between Saturday and Monday midnight counts the weekend; averaged over the reference period."""

    id = "uk.weekends"
    title = "1 weekend in 2"
    citation = "UK TCS for doctors and dentists in training 2016, schedule 3"
    text = "No doctor is rostered at the weekend more often than 1 week in 2."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and reference period."""
        d, figures = duties_of(roster, people), roster.policy(window.end).uk
        for where in reference_windows(roster, window, figures.reference_weeks):
            busy, there = _counted(d, where)
            for row in map(int, np.flatnonzero(busy * figures.weekend_every > there)):
                most = Fraction(int(there[row]), figures.weekend_every)
                text = f"{int(busy[row])} of {int(there[row])} weekends worked, {where.start} to {where.end} (at most {number(most)})"
                yield self.finding(d.ids[row], where, int(busy[row]), most, "weekends", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Weekends outside leave, worked ones, limit."""
        busy, there = _counted(duties_of(roster, (finding.person or "",)), finding.window)
        return [
            Line("weekends outside leave", str(int(there[0]))),
            Line("worked", str(int(busy[0]))),
            Line("at most", number(finding.limit)),
        ]


def _counted(d: Duties, window: Window) -> tuple[Numbers, Numbers]:
    rows = np.arange(len(d.ids))
    first = np.full(len(rows), (window.start - d.clock.origin).days)
    return weekends_of(d, d.worked).counted(rows, first, first + len(window))


RULE = UkWeekends()

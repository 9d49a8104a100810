"""uk.weekly_hours: at most 48 hours a week on average."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.reference import measured, reference_windows
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import hours, number


class UkWeeklyHours(Rule):
    """Fixed reference periods from the academic year's start, the last ending at its end; leave is neutral."""

    id = "uk.weekly_hours"
    title = "48 hours a week on average"
    citation = "UK TCS for doctors and dentists in training 2016, schedule 3"
    text = (
        "Average weekly hours of work do not exceed 48 over the reference period, or the placement where it is shorter."
    )
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and reference period."""
        d = duties_of(roster, people)
        figures = roster.policy(window.end).uk
        for where in reference_windows(roster, window, figures.reference_weeks):
            r = measured(d, where)
            over = (r.minutes * 14 > 60 * figures.week_limit * r.half_days) & (r.half_days > 0)
            for row in map(int, np.flatnonzero(over)):
                value = r.average(row)
                text = f"{number(value)} h a week from {where.start} to {where.end} (limit {figures.week_limit})"
                yield self.finding(d.ids[row], where, value, figures.week_limit, "hours a week", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Hours, half-days outside leave, average, limit."""
        r = measured(duties_of(roster, (finding.person or "",)), finding.window)
        return [
            Line("reference period", f"{finding.start} to {finding.end}"),
            Line("hours counted", hours(int(r.minutes[0]))),
            Line("half-days outside leave", str(int(r.half_days[0]))),
            Line("average", f"{number(r.average(0))} h a week"),
            Line("limit", f"{finding.limit} h a week"),
        ]


RULE = UkWeeklyHours()

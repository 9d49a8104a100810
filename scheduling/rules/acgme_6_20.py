"""6.20: at most 80 hours a week, averaged by rotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import (
    broken,
    dates,
    period_lines,
    period_of,
    rotation_name,
    week_lines,
)
from scheduling.rules.duties import duties_of
from scheduling.rules.exception import excepted
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.segments import periods_of
from scheduling.rules.wording import number


class WeeklyHours(Rule):
    """In-house work, work called in from home, stays and all moonlighting, over weeks without leave."""

    id = "acgme.6.20"
    title = "80 hours a week"
    citation = "ACGME Common Program Requirements 6.20 (VI.F.1)"
    text = (
        "Clinical and educational work hours must be limited to no more than 80 hours per week, averaged by rotation, "
        "inclusive of all in-house clinical and educational activities, clinical work done from home, and all moonlighting."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 100)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period over its budget."""
        d = duties_of(roster, people)
        p = periods_of(d)
        if not p.over_week.any():
            return
        for at in broken(p, p.over_week & ~excepted(roster, p), window):
            measured = int(p.half_days[at])
            value = Fraction(int(p.minutes[at]) * 2 * 7, measured * 60)
            most = d.eras.on(int(p.first[at])).hours.week_limit
            yield self.finding(
                d.ids[p.row[at]],
                dates(p, at),
                value,
                most,
                "hours a week",
                f"{number(value)} h a week on {rotation_name(roster, p, at)}: "
                f"{number(Fraction(int(p.minutes[at]), 60))} h in {number(Fraction(measured, 14))} weeks without leave (limit {most})",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Rotation, period, leave, hours, budget and excess."""
        _, p, at = period_of(roster, finding)
        return [*period_lines(roster, p, at), *week_lines(p, at, int(finding.limit))]


RULE = WeeklyHours()

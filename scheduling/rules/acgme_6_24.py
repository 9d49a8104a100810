"""6.24: up to 88 hours a week on a rotation that holds an approved exception."""

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
from scheduling.rules.exception import ID, excepted
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import periods_of
from scheduling.rules.wording import number


class RotationException(Rule):
    """Takes the place of 6.20 for periods wholly on a listed rotation and inside its approval dates."""

    id = ID
    title = "88 hours on an approved rotation"
    citation = "ACGME Common Program Requirements 6.24 (VI.F.4.c)"
    text = (
        "A Review Committee may grant rotation-specific exceptions for up to 10 percent or a maximum of 88 clinical and "
        "educational work hours to individual programs based on a sound educational rationale."
    )
    binding = Binding.MUST
    enforcement = CheckOnly("a solve keeps every rotation within 80 hours; the exception is for what was worked")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per excepted averaging period over the higher limit."""
        d = duties_of(roster, people)
        if not any(p.hours.exceptions for p in d.eras.policies):
            return
        p = periods_of(d)
        limit = d.eras.figure(lambda policy: policy.hours.exception_limit, p.first)
        for at in broken(p, p.over_hours(limit) & excepted(roster, p), window):
            value = Fraction(int(p.minutes[at]) * 14, int(p.half_days[at]) * 60)
            most = d.eras.on(int(p.first[at])).hours.exception_limit
            text = f"{number(value)} h a week on {rotation_name(roster, p, at)} under its approved exception (limit {most})"
            yield self.finding(d.ids[p.row[at]], dates(p, at), value, most, "hours a week", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """As for 6.20, against the higher limit."""
        _, p, at = period_of(roster, finding)
        return [*period_lines(roster, p, at), *week_lines(p, at, int(finding.limit))]


RULE = RotationException()

"""6.21.b: one day in seven free, averaged by rotation."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.segments import periods_of
from scheduling.rules.wording import number


class FreeDays(Rule):
    """A free day is one continuous 24-hour stretch without work or at-home call; leave days are not free days."""

    id = "acgme.6.21.b"
    title = "One day in seven free"
    citation = "ACGME Common Program Requirements 6.21.b (VI.F.2.c)"
    text = (
        "Residents must be scheduled for a minimum of one day in seven free of clinical work and required education, "
        "averaged by rotation. At-home call cannot be assigned on these free days."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 200)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period short of free days."""
        d = duties_of(roster, people)
        p = periods_of(d)
        measured = p.days - p.full_leave
        for at in broken(p, p.few_free, window):
            need = Fraction(int(measured[at]), d.eras.on(int(p.first[at])).hours.free_day_every_days)
            yield self.finding(
                d.ids[p.row[at]],
                dates(p, at),
                int(p.free[at]),
                need,
                "free days",
                f"{int(p.free[at])} free days in {int(measured[at])} days without leave on {rotation_name(roster, p, at)} "
                f"(at least {number(need)})",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Rotation, period, leave, free days and need."""
        d, p, at = period_of(roster, finding)
        measured, every = int(p.days[at] - p.full_leave[at]), d.eras.on(int(p.first[at])).hours.free_day_every_days
        return [
            *period_lines(roster, p, at),
            Line("days outside leave", f"{int(p.days[at])} - {int(p.full_leave[at])} = {measured}"),
            Line("free days", f"{int(p.free[at])} (continuous free hours of each stretch / 24, rounded down)"),
            Line("needed", f"{measured} / {every} = {number(finding.limit)}"),
            Line("missing", number(finding.limit - finding.value)),
        ]


RULE = FreeDays()

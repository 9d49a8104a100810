"""6.27: in-house call at most every third night, averaged by rotation."""

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


class CallFrequency(Rule):
    """Nights of leave count neither as nights nor as calls; two calls on alternate nights are legal when the average holds."""

    id = "acgme.6.27"
    title = "In-house call every third night"
    citation = "ACGME Common Program Requirements 6.27 (VI.F.7)"
    text = (
        "Residents must be scheduled for in-house call no more frequently than every third night, averaged by rotation."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 100)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period with too many calls."""
        d = duties_of(roster, people)
        p = periods_of(d)
        if not p.calls.any():
            return
        every = d.eras.figure(lambda policy: policy.hours.call_every_nights, p.first)
        for at in broken(p, p.calls * every > p.nights, window):
            most = Fraction(int(p.nights[at]), d.eras.on(int(p.first[at])).hours.call_every_nights)
            yield self.finding(
                d.ids[p.row[at]],
                dates(p, at),
                int(p.calls[at]),
                most,
                "calls",
                f"{int(p.calls[at])} in-house calls in {int(p.nights[at])} nights on {rotation_name(roster, p, at)} "
                f"(at most {number(most)})",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Rotation, period, nights, calls and the most there may be."""
        d, p, at = period_of(roster, finding)
        every = d.eras.on(int(p.first[at])).hours.call_every_nights
        return [
            *period_lines(roster, p, at),
            Line("nights outside leave", str(int(p.nights[at]))),
            Line("in-house calls", str(int(p.calls[at]))),
            Line("at most", f"{int(p.nights[at])} / {every} = {number(finding.limit)}"),
            Line("excess", number(finding.value - finding.limit)),
        ]


RULE = CallFrequency()

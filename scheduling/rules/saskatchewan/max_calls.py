"""sk.max_calls: calls by the days present, one in four, halves rounded up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import Numbers, Periods, periods_of


class SaskatchewanMaxCalls(Rule):
    """28 days less 6 of leave are 22; 22 / 4 = 5.5, which makes 6 calls."""

    id = "sk.max_calls"
    title = "Calls by days present"
    citation = "Resident Doctors of Saskatchewan collective agreement, in-house call"
    text = (
        "In-house calls in a rotation are at most a quarter of the days less leave, rounded to the nearest, halves up."
    )
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period."""
        d = duties_of(roster, people)
        p = periods_of(d)
        most = _most(p, roster.policy(window.end).saskatchewan.days_per_call)
        for at in broken(p, p.calls > most, window):
            text = f"{int(p.calls[at])} calls in {int(p.days[at] - p.full_leave[at])} days on {rotation_name(roster, p, at)} (at most {int(most[at])})"
            yield self.finding(d.ids[p.row[at]], dates(p, at), int(p.calls[at]), int(most[at]), "calls", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Days, leave, division, rounding."""
        _, p, at = period_of(roster, finding)
        per = roster.policy(finding.end).saskatchewan.days_per_call
        present = int(p.days[at] - p.full_leave[at])
        return [
            *period_lines(roster, p, at),
            Line("days present", f"{int(p.days[at])} - {int(p.full_leave[at])} = {present}"),
            Line("at most", f"{present} / {per} = {present / per:g}, rounded to {finding.limit}"),
            Line("calls", str(finding.value)),
        ]


def _most(p: Periods, per: int) -> Numbers:
    return (2 * (p.days - p.full_leave) + per) // (2 * per)


RULE = SaskatchewanMaxCalls()

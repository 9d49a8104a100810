"""on.weekends: two full weekends off in 28 days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import Numbers, Periods, periods_of
from scheduling.rules.weekends import weekends_of


class OntarioWeekends(Rule):
    """Saturday and Sunday without work or home call; a shorter period or one with leave needs its share, rounded down."""

    id = "on.weekends"
    title = "2 weekends off in 28 days"
    citation = "PARO-CAHO collective agreement, article 16"
    text = "Residents have at least two full weekends off, of Saturday and Sunday, in every 28 days."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period."""
        d, figures = duties_of(roster, people), roster.policy(window.end).ontario
        p = periods_of(d)
        off = _off(p)
        need = figures.weekends_off * (p.days - p.full_leave) // figures.blended_days
        for at in broken(p, off < need, window):
            text = f"{int(off[at])} full weekends off on {rotation_name(roster, p, at)} (at least {int(need[at])})"
            yield self.finding(d.ids[p.row[at]], dates(p, at), int(off[at]), int(need[at]), "weekends off", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Weekends off and needed."""
        _, p, at = period_of(roster, finding)
        return [
            *period_lines(roster, p, at),
            Line("full weekends off", str(int(_off(p)[at]))),
            Line("needed", str(finding.limit)),
        ]


def _off(p: Periods) -> Numbers:
    busy, there = weekends_of(p.duties, p.duties.busy).counted(p.row, p.first, p.last)
    return there - busy


RULE = OntarioWeekends()

"""on.continuous_duty: 24 hours of duty and two for handover."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import clinical_end, duty_at, span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration, moment

_HOUR = 60
_HANDOVER = "handover"


class OntarioContinuousDuty(Rule):
    """Clinical work beyond 24 hours, or presence beyond 26."""

    id = "on.continuous_duty"
    title = "24 hours of duty, 2 for handover"
    citation = "PARO-CAHO collective agreement, article 16"
    text = "In-house duty does not exceed 24 consecutive hours, with up to 2 further hours for handover."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per duty and limit."""
        d, zone = duties_of(roster, people), roster.program.clock.zone
        figures, u = roster.policy(window.end).ontario, d.duties
        whole = figures.continuous_hours + figures.transition_hours
        for at in map(int, np.flatnonzero(u.length > _HOUR * figures.continuous_hours)):
            begin, end = int(u.start[at]), int(u.end[at])
            worked = clinical_end(d, roster, at) - begin
            where = span_of(d, begin, end)
            if not where.meets(window):
                continue
            for length, most, about in ((worked, figures.continuous_hours, None), (end - begin, whole, _HANDOVER)):
                if length > _HOUR * most:
                    text = f"{duration(length)} of {'presence' if about else 'duty'} from {moment(zone, begin)} (at most {most} h)"
                    value = Fraction(length, _HOUR)
                    yield self.finding(d.ids[u.rows[at]], where, value, most, "hours", text, about=about)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Start, last clinical minute, end."""
        d, zone = duties_of(roster, (finding.person or "",)), roster.program.clock.zone
        u = d.duties
        at = next(i for i in duty_at(d, finding) if span_of(d, int(u.start[i]), int(u.end[i])) == finding.window)
        return [
            Line("duty starts", moment(zone, int(u.start[at]))),
            Line("last clinical work ends", moment(zone, clinical_end(d, roster, at))),
            Line("presence ends", moment(zone, int(u.end[at]))),
            Line("measured", duration(int(finding.value * _HOUR))),
            Line("at most", f"{finding.limit} h"),
        ]


RULE = OntarioContinuousDuty()

"""6.22: at most twenty-four hours of continuous scheduled clinical work."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import clinical_end, day_number, duty_at, span_of
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.wording import duration, moment

_HOUR = 60


class ContinuousWork(Rule):
    """Elapsed time from the start of a duty to the end of its last clinical minute; handover and education may follow."""

    id = "acgme.6.22"
    title = "24 hours of continuous work"
    citation = "ACGME Common Program Requirements 6.22 (VI.F.3.a)"
    text = (
        "Clinical and educational work periods must not exceed 24 hours of continuous scheduled clinical assignments."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 200)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per duty that is too long."""
        d = duties_of(roster, people)
        u = d.duties
        day = day_number(d, u.start)
        zone = roster.program.clock.zone
        limit = d.eras.figure(lambda policy: policy.hours.continuous_hours, day)
        for at in np.flatnonzero(u.length > _HOUR * limit):
            begin, most = int(u.start[at]), d.eras.on(int(day[at])).hours.continuous_hours
            end = clinical_end(d, roster, int(at))
            where = span_of(d, begin, int(u.end[at]))
            if end - begin <= _HOUR * most or not where.meets(window):
                continue
            yield self.finding(
                d.ids[u.rows[at]],
                where,
                Fraction(end - begin, _HOUR),
                most,
                "hours",
                f"{duration(end - begin)} of continuous work from {moment(zone, begin)} to {moment(zone, end)} "
                f"(at most {most} h)",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Start, last clinical minute, elapsed time."""
        d = duties_of(roster, (finding.person or "",))
        u, zone = d.duties, roster.program.clock.zone
        at = next(i for i in duty_at(d, finding) if span_of(d, int(u.start[i]), int(u.end[i])) == finding.window)
        begin, end = int(u.start[at]), clinical_end(d, roster, at)
        return [
            Line("work starts", moment(zone, begin)),
            Line("last clinical work ends", moment(zone, end)),
            Line("elapsed", duration(end - begin)),
            Line("at most", f"{finding.limit} h"),
            Line("excess", duration(end - begin - int(finding.limit * _HOUR))),
        ]


RULE = ContinuousWork()

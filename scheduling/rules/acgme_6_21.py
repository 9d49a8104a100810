"""6.21: eight hours off between scheduled work periods, an advisory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import day_number, rests_of, span_of
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.wording import duration, local, moment

_HOUR = 60


class RestBetweenDuties(Rule):
    """A pause shorter than the policy's `break_hours` inside one day's work (a lunch hour) ends no work period."""

    id = "acgme.6.21"
    title = "8 hours off between work periods"
    citation = "ACGME Common Program Requirements 6.21 (VI.F.2.a)"
    text = "Residents should have eight hours off between scheduled clinical work and education periods."
    binding = Binding.SHOULD
    enforcement = Soft(Tier.SAFETY, 5)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per rest that is too short."""
        d = duties_of(roster, people)
        r = rests_of(d)
        day = day_number(d, r.begin)
        short = r.length < _HOUR * d.eras.figure(lambda policy: policy.hours.rest_hours, day)
        if not short.any():
            return
        short &= ~r.breaks(_HOUR * d.eras.figure(lambda policy: policy.hours.break_hours, day))
        zone = roster.program.clock.zone
        found = np.flatnonzero(short)
        for at, begin, end in zip(found, r.begin[found].tolist(), r.end[found].tolist(), strict=True):
            where = span_of(d, begin, end + 1)
            if not where.meets(window):
                continue
            least = d.eras.on(int(day[at])).hours.rest_hours
            yield self.finding(
                d.ids[r.row[at]],
                where,
                Fraction(end - begin, _HOUR),
                least,
                "hours off",
                f"{duration(end - begin)} off between {moment(zone, begin)} and {moment(zone, end)} (should be {least} h)",
                about=f"{local(zone, begin):%H%M}",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """End of the one period, start of the next, the time between."""
        d = duties_of(roster, (finding.person or "",))
        r = rests_of(d)
        zone = roster.program.clock.zone
        at = next(
            i
            for i, (begin, end) in enumerate(zip(r.begin, r.end, strict=True))
            if span_of(d, begin, end + 1) == finding.window and f"{local(zone, begin):%H%M}" == finding.about
        )
        return [
            Line("work ends", moment(zone, int(r.begin[at]))),
            Line("work starts again", moment(zone, int(r.end[at]))),
            Line("time off", duration(int(r.length[at]))),
            Line("should be", f"{finding.limit} h"),
            Line("short by", duration(int(finding.limit * _HOUR) - int(r.length[at]))),
        ]


RULE = RestBetweenDuties()

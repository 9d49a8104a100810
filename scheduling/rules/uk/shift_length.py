"""uk.shift_length: no shift longer than 13 hours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.shifts import shifts_of
from scheduling.rules.wording import duration, moment

_HOUR = 60


class UkShiftLength(Rule):
    """From start to end, breaks included."""

    id = "uk.shift_length"
    title = "13-hour shifts"
    citation = "UK TCS for doctors and dentists in training 2016, schedule 3"
    text = "No shift, other than an on-call period, exceeds 13 hours."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per shift."""
        d, zone = duties_of(roster, people), roster.program.clock.zone
        most, shifts = roster.policy(window.end).uk.shift_hours, shifts_of(d)
        for at in np.flatnonzero(shifts.length > _HOUR * most):
            begin, end = int(shifts.start[at]), int(shifts.end[at])
            where = span_of(d, begin, end)
            if where.meets(window):
                text = f"a shift of {duration(end - begin)} from {moment(zone, begin)} (at most {most} h)"
                about = moment(zone, begin)[-5:]
                yield self.finding(
                    d.ids[shifts.row[at]], where, Fraction(end - begin, _HOUR), most, "hours", text, about=about
                )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Start and length."""
        return [
            Line("shift starts", f"{finding.start} {finding.about}"),
            Line("length", duration(int(finding.value * _HOUR))),
            Line("at most", f"{finding.limit} h"),
        ]


RULE = UkShiftLength()

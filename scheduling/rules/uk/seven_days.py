"""uk.seven_days: at most 72 hours in any seven days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import hours, moment

_HOUR = 60
_SEVEN_DAYS = 7 * 24 * _HOUR


class UkSevenDays(Rule):
    """Any 168 consecutive hours; of overlapping ones that break the limit the worst is reported."""

    id = "uk.seven_days"
    title = "72 hours in any 7 days"
    citation = "UK TCS for doctors and dentists in training 2016, schedule 3"
    text = "A doctor is rostered for no more than 72 hours in any period of 168 consecutive hours."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and cluster of overlapping windows."""
        d, zone = duties_of(roster, people), roster.program.clock.zone
        limit = roster.policy(window.end).uk.seven_day_limit
        for row, begin, minutes in _worst(d, _HOUR * limit):
            where = span_of(d, begin, begin + _SEVEN_DAYS)
            if where.meets(window):
                text = f"{hours(minutes)} in the 7 days from {moment(zone, begin)} (limit {limit})"
                yield self.finding(d.ids[row], where, Fraction(minutes, _HOUR), limit, "hours", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The 168 hours and what was worked in them."""
        d, zone = duties_of(roster, (finding.person or "",)), roster.program.clock.zone
        begin, minutes = next(
            (b, m)
            for _, b, m in _worst(d, int(_HOUR * finding.limit))
            if span_of(d, b, b + _SEVEN_DAYS) == finding.window
        )
        return [
            Line("from", moment(zone, begin)),
            Line("to", moment(zone, begin + _SEVEN_DAYS)),
            Line("hours worked", hours(minutes)),
            Line("limit", f"{finding.limit} h"),
        ]


def _worst(d: Duties, limit: int) -> Iterator[tuple[int, int, int]]:
    """Row, begin and minutes of the worst window of each cluster. The greatest begin where work begins."""
    u = d.worked
    held = u.measure(u.rows, u.start, u.start + _SEVEN_DAYS)
    best: tuple[int, int, int] | None = None
    reach = 0
    for at in np.flatnonzero(held > limit):
        row, begin, minutes = int(u.rows[at]), int(u.start[at]), int(held[at])
        if best is not None and (row != best[0] or begin >= reach):
            yield best
            best = None
        if best is None:
            best, reach = (row, begin, minutes), begin + _SEVEN_DAYS
        elif minutes > best[2]:
            best = (row, begin, minutes)
    if best is not None:
        yield best


RULE = UkSevenDays()

"""eu.daily_rest: eleven hours of rest in every twenty-four."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.intervals import STRIDE
from scheduling.rules.rests import span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration, moment

_HOUR, _DAY = 60, 1440


class EuDailyRest(Rule):
    """Work that no such rest interrupts may last 13 hours: then the rest still fits into the 24 that began with it."""

    id = "eu.daily_rest"
    title = "11 hours of daily rest"
    citation = "Directive 2003/88/EC, article 3"
    text = "Every worker has a minimum daily rest period of 11 consecutive hours per 24-hour period."
    binding = Binding.MUST
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per stretch of work without the rest."""
        d = duties_of(roster, people)
        rest = _HOUR * roster.policy(window.end).eu.daily_rest_hours
        zone = roster.program.clock.zone
        for row, begin, end in _stretches(d, rest):
            where = span_of(d, begin, end)
            if where.meets(window):
                text = (
                    f"{duration(end - begin)} from {moment(zone, begin)} without {duration(rest)} of rest "
                    f"(at most {duration(_DAY - rest)})"
                )
                value, limit = Fraction(end - begin, _HOUR), Fraction(_DAY - rest, _HOUR)
                yield self.finding(d.ids[row], where, value, limit, "hours", text, about=moment(zone, begin)[-5:])

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Start and end of the stretch."""
        d, zone = duties_of(roster, (finding.person or "",)), roster.program.clock.zone
        rest = _DAY - int(finding.limit * _HOUR)
        begin, end = next(
            (b, e)
            for _, b, e in _stretches(d, rest)
            if span_of(d, b, e) == finding.window and moment(zone, b)[-5:] == finding.about
        )
        return [
            Line("work starts", moment(zone, begin)),
            Line("first long rest begins", moment(zone, end)),
            Line("between", duration(end - begin)),
            Line("at most", f"24 h - {duration(rest)} = {duration(_DAY - rest)}"),
        ]


def _stretches(d: Duties, rest: int) -> Iterator[tuple[int, int, int]]:
    """Row, begin and end of stretches that no rest interrupts and that are too long for one to fit into the day."""
    u = d.worked
    if not len(u.low):
        return
    opens = np.append(True, u.low[1:] - u.high[:-1] >= rest)
    first = np.flatnonzero(opens)
    last = np.append(first[1:], len(u.low)) - 1
    for at in np.flatnonzero(u.high[last] - u.low[first] > _DAY - rest):
        row = int(u.low[first[at]] // STRIDE)
        yield row, int(u.low[first[at]]) - row * STRIDE, int(u.high[last[at]]) - row * STRIDE


RULE = EuDailyRest()

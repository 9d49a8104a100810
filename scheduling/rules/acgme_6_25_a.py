"""6.25.a: moonlighting counts in the 80 hours, and cannot be the same hours as duty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration, moment

_HOUR = 60


class MoonlightingCounts(Rule):
    """6.20 adds the hours; this rule finds moonlighting recorded while the resident was on duty, which 6.20 counts once."""

    id = "acgme.6.25.a"
    title = "Moonlighting beside duty"
    citation = "ACGME Common Program Requirements 6.25.a (VI.F.5.b)"
    text = (
        "Time spent by residents in internal and external moonlighting must be counted toward the 80-hour maximum weekly "
        "limit, and moonlighting must not interfere with the resident's duties in the program."
    )
    binding = Binding.MUST
    enforcement = CheckOnly("moonlighting is recorded, not scheduled; its hours count in 6.20")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per record that overlaps scheduled duty."""
        d = duties_of(roster, people)
        for row, begin, end, shared, name in _overlaps(d):
            where = span_of(d, begin, end)
            if where.meets(window):
                text = f"{duration(shared)} of moonlighting while on duty, {moment(roster.program.clock.zone, begin)}"
                yield self.finding(d.ids[row], where, Fraction(shared, _HOUR), 0, "hours", text, about=name)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The record and what it shares with duty."""
        d, zone = duties_of(roster, (finding.person or "",)), roster.program.clock.zone
        _, begin, end, shared, _ = next(o for o in _overlaps(d) if o[-1] == finding.about)
        return [
            Line("moonlighting", f"{moment(zone, begin)} to {moment(zone, end)}"),
            Line("of it on duty", duration(shared)),
            Line("counted in 6.20", "once"),
        ]


def _overlaps(d: Duties) -> Iterator[tuple[int, int, int, int, str]]:
    if d.records is None:
        return
    r = d.records.of(DutyKind.MOONLIGHTING)
    shared = d.duties.measure(r.row, r.start, r.end)
    for at in np.flatnonzero(shared):
        name = d.program.duty_records[r.at[at]].id
        yield int(r.row[at]), int(r.start[at]), int(r.end[at]), int(shared[at]), name


RULE = MoonlightingCounts()

"""6.25.b: PGY-1 residents may not moonlight."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.calendar import academic_year
from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.recorded import span_of_record
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration

_HOUR = 60


class InternMoonlighting(Rule):
    """One hour is too much; PGY is that of the academic year, and an unknown one is PGY-1."""

    id = "acgme.6.25.b"
    title = "No moonlighting in PGY-1"
    citation = "ACGME Common Program Requirements 6.25.b (VI.F.5.c)"
    text = "PGY-1 residents are not permitted to moonlight."
    binding = Binding.MUST
    enforcement = CheckOnly("moonlighting is recorded, not scheduled")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per record of an intern."""
        wanted = set(people)
        for extra in roster.program.duty_records:
            if extra.kind is not DutyKind.MOONLIGHTING or extra.person not in wanted:
                continue
            where, who = extra.window, roster.program.by_id[extra.person]
            if who.is_resident and who.pgy(academic_year(extra.date)) == 1 and where.meets(window):
                begin, end = span_of_record(roster, extra)
                text = f"{duration(end - begin)} of moonlighting on {extra.date} in PGY-1"
                value = Fraction(end - begin, _HOUR)
                yield self.finding(extra.person, where, value, 0, "hours", text, about=extra.id)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The record and the year of training."""
        extra = next(r for r in roster.program.duty_records if r.id == finding.about)
        begin, end = span_of_record(roster, extra)
        pgy = roster.program.by_id[extra.person].pgy(academic_year(extra.date))
        return [
            Line("moonlighting", f"{extra.date}, {duration(end - begin)}"),
            Line("year of training", f"PGY-{pgy}"),
            Line("permitted", "none"),
        ]


RULE = InternMoonlighting()

"""6.23: a stay beyond the schedule is on the resident's own initiative, and recorded with a reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.recorded import span_of_record
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration

_HOUR = 60


class OwnInitiative(Rule):
    """Stays are facts after the event: one that lies ahead was scheduled, one without a reason is no exception."""

    id = "acgme.6.23"
    title = "Stays are recorded with a reason"
    citation = "ACGME Common Program Requirements 6.23 (VI.F.4)"
    text = (
        "In rare circumstances, after handing off all other responsibilities, a resident, on their own initiative, may elect "
        "to remain or return to the clinical site. These additional hours are counted toward the 80-hour weekly limit."
    )
    binding = Binding.SHOULD
    enforcement = CheckOnly("a stay is recorded after the fact and never scheduled")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per stay without a reason or ahead of today."""
        wanted = set(people)
        today = roster.program.clock.today()
        for stay in roster.program.duty_records:
            where = stay.window
            if stay.kind is not DutyKind.STAY or stay.person not in wanted or not where.meets(window):
                continue
            ahead = stay.date > today
            if stay.reason and not ahead:
                continue
            begin, end = span_of_record(roster, stay)
            yield self.finding(
                stay.person,
                where,
                Fraction(end - begin, _HOUR),
                0,
                "hours",
                f"a stay of {duration(end - begin)} on {stay.date} "
                + ("lies ahead: stays are never scheduled" if ahead else "has no reason on record"),
                about=stay.id,
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The record; its reason is not repeated here."""
        stay = _record(roster, finding.about)
        begin, end = span_of_record(roster, stay)
        return [
            Line("stay", f"{stay.date}, {stay.start // _HOUR:02}:{stay.start % _HOUR:02}"),
            Line("length", duration(end - begin)),
            Line("reason", "recorded" if stay.reason else "none recorded"),
            Line("today", str(roster.program.clock.today())),
        ]


def _record(roster: Roster, name: str | None) -> DutyRecord:
    return next(r for r in roster.program.duty_records if r.id == name)


RULE = OwnInitiative()

"""prog.leave_days: more than 28 days away in an academic year flags the resident (domain.md §7)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.absence import Absence
from scheduling.model.calendar import academic_year, year_window
from scheduling.model.part import Window
from scheduling.model.policy import AbsenceFigures
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import number


class LeaveDays(Rule):
    """The union of approved absences in half-days; away rotations and days off are no absences, recovery days do not count."""

    id = "prog.leave_days"
    title = "Days away in a year"
    citation = "Program policy: absences"
    text = "A resident with more days away in an academic year than the policy's figure is flagged: training may be extended."
    binding = Binding.POLICY
    enforcement = CheckOnly("absences are given to a solve, not decided by it")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per resident and academic year."""
        away: dict[str, list[Absence]] = defaultdict(list)
        for absence in roster.program.absences:
            if absence.blocks:
                away[absence.person].append(absence)
        for person in people:
            if person not in away or not roster.program.by_id[person].is_resident:
                continue
            for year in range(academic_year(window.start), academic_year(window.end) + 1):
                where = year_window(year)
                figures = roster.policy(where.end).absences
                half_days, most = half_days_away(_counted(away[person], figures, where), where), figures.flag_days
                if half_days > 2 * most:
                    days = Fraction(half_days, 2)
                    text = f"{number(days)} days away in {year}-{(year + 1) % 100:02} (flagged above {most})"
                    yield self.finding(person, where, days, most, "days", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The absences that count, without type or reason, and their union."""
        figures = roster.policy(finding.end).absences
        blocking = [a for a in roster.program.absences_of(finding.person or "") if a.blocks]
        counted = _counted(blocking, figures, finding.window)
        return [
            *(Line("absence", f"{a.start} to {a.end}") for a in sorted(counted, key=lambda a: (a.start, a.end, a.id))),
            Line("days away, overlaps once", number(finding.value)),
            Line("flagged above", str(finding.limit)),
        ]


def half_days_away(absences: Sequence[Absence], window: Window) -> int:
    """Half-days of a window inside the union of absences; a night alone is none."""
    first, last = 2 * window.start.toordinal(), 2 * (window.end.toordinal() + 1)
    held, reached = 0, first
    for absence in sorted(absences, key=lambda a: (a.start, a.start_part)):
        start = max(2 * absence.start.toordinal() + absence.start_part, reached)
        end = min(2 * absence.end.toordinal() + min(absence.end_part + 1, 2), last)
        held += max(0, end - start)
        reached = max(reached, end)
    return held


def _counted(absences: Sequence[Absence], figures: AbsenceFigures, window: Window) -> list[Absence]:
    counted = (a for a in absences if a.type.value not in figures.not_counted_types)
    return [a for a in counted if a.start <= window.end and a.end >= window.start]


RULE = LeaveDays()

"""prog.rolling_average: 80 hours in any 28 days running, where a program adopts it as its own policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rolling import worst_windows
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import hours, number


class RollingAverage(Rule):
    """Stricter than 6.20 and not what it means: on only where the policy sets `hours.rolling_average`."""

    id = "prog.rolling_average"
    title = "80 hours in any 28 days"
    citation = "Program policy, stricter than ACGME Common Program Requirements 6.20"
    text = "No 28 days running average more than 80 hours a week outside leave, whatever the rotations."
    binding = Binding.POLICY
    enforcement = CheckOnly("the solve keeps the average by rotation, which is the requirement")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person: the worst window that touches the dates."""
        if not roster.policy(window.end).hours.rolling_average:
            return
        d = duties_of(roster, people)
        limit = roster.policy(window.end).hours.week_limit
        for row, start, value, length in _worst(d, window):
            if value > limit:
                first = d.clock.origin + days(start)
                where = Window(first, first + days(length - 1))
                text = f"{number(value)} h a week in the {length} days from {first} (at most {limit})"
                yield self.finding(d.ids[row], where, value, limit, "hours a week", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The window, its hours, the average."""
        d = duties_of(roster, (finding.person or "",))
        midnight = d.clock.midnights
        low, high = (finding.start - d.clock.origin).days, (finding.end - d.clock.origin).days + 1
        minutes = sum(
            max(0, min(int(e), int(midnight[high])) - max(int(s), int(midnight[low])))
            for s, e in zip(d.worked.start, d.worked.end, strict=True)
        )
        return [
            Line("window", f"{finding.start} to {finding.end}"),
            Line("hours counted", hours(minutes)),
            Line("average outside leave", f"{number(finding.value)} h a week"),
            Line("limit", f"{finding.limit} h a week"),
        ]


def _worst(d: Duties, window: Window) -> Iterator[tuple[int, int, Fraction, int]]:
    length = d.eras.policies[-1].hours.averaging_days
    for row, start, value in worst_windows(d, window, length):
        yield row, start, value, length


RULE = RollingAverage()

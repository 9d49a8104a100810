"""prog.duty_run: no more than six duty days in a row, an advisory of the program and not 6.21.b."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.runs import runs


class DutyRun(Rule):
    """A duty day is a date with work of its own; the morning after a night belongs to the night."""

    id = "prog.duty_run"
    title = "Duty days in a row"
    citation = "Program policy: advisory, not a requirement of the ACGME"
    text = "A resident works no more days in a row than the policy's figure."
    binding = Binding.POLICY
    enforcement = Soft(Tier.PREFERENCE, 10)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per run that is too long."""
        d = duties_of(roster, people)
        low, high = (window.start - d.clock.origin).days, (window.end - d.clock.origin).days
        least = min(p.hours.duty_run for p in d.eras.policies)
        for row, start, length in runs(duty_days(d), low, high, least):
            most = d.eras.on(start).hours.duty_run
            if length > most:
                first = d.clock.origin + days(start)
                where = Window(first, first + days(length - 1))
                text = f"{length} duty days in a row from {where.start} (at most {most})"
                yield self.finding(d.ids[row], where, length, most, "days", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """First and last day, how many."""
        return [
            Line("first day", f"{finding.start:%A} {finding.start}"),
            Line("last day", f"{finding.end:%A} {finding.end}"),
            Line("in a row", str(finding.value)),
            Line("at most", str(finding.limit)),
        ]


def duty_days(d: Duties) -> NDArray[np.bool_]:
    """(R, D): dates with work of their own."""
    held = d.pieces.held
    return np.asarray(held[:, :, Part.AM] | held[:, :, Part.PM] | held[:, :, Part.NIGHT])


RULE = DutyRun()

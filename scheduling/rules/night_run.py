"""prog.night_run: no more than six nights in a row."""

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


class NightRun(Rule):
    """Night float and in-house call alike: any worked night counts, at-home call does not."""

    id = "prog.night_run"
    title = "Nights in a row"
    citation = "Program policy; ACGME Common Program Requirements 6.26 leaves the number to the program"
    text = "A resident works no more nights in a row than the policy's figure."
    binding = Binding.POLICY
    enforcement = Soft(Tier.SAFETY, 50)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per run that is too long."""
        d = duties_of(roster, people)
        low, high = (window.start - d.clock.origin).days, (window.end - d.clock.origin).days
        least = min(p.hours.night_run for p in d.eras.policies)
        for row, start, length in runs(worked_nights(d), low, high, least):
            most = d.eras.on(start).hours.night_run
            if length > most:
                first = d.clock.origin + days(start)
                where = Window(first, first + days(length - 1))
                text = f"{length} nights in a row from {where.start} (at most {most})"
                yield self.finding(d.ids[row], where, length, most, "nights", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """First and last night, how many."""
        return [
            Line("first night", f"{finding.start:%A} {finding.start}"),
            Line("last night", f"{finding.end:%A} {finding.end}"),
            Line("in a row", str(finding.value)),
            Line("at most", str(finding.limit)),
        ]


def worked_nights(d: Duties) -> NDArray[np.bool_]:
    """(R, D): nights with work of their own."""
    return d.pieces.held[:, :, Part.NIGHT]


RULE = NightRun()

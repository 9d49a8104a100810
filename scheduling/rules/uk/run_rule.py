"""The shape of the UK rules on runs: so many shifts of a kind in a row, then a rest."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.shifts import Run, Shifts, runs_of, shifts_of
from scheduling.rules.wording import duration

_HOUR = 60
_REST = "rest"


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Most shifts in a row, from which length a rest is due, and its hours."""

    most: int
    rest_from: int
    rest_hours: int


class RunRule(Rule):
    """Two kinds of finding: a run that is too long, and a rest after a run that is too short (`about` is `rest`)."""

    noun: str
    binding = Binding.MUST
    citation = "UK TCS for doctors and dentists in training 2016, schedule 3"
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    @abstractmethod
    def figures(self, policy: Policy) -> RunFigures:
        """The policy's figures."""

    @abstractmethod
    def member(self, d: Duties, shifts: Shifts, policy: Policy) -> NDArray[np.bool_]:
        """Which shifts are of the kind."""

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per run that is too long, one per rest that is too short."""
        d, policy = duties_of(roster, people), roster.policy(window.end)
        shifts, figures = shifts_of(d), self.figures(policy)
        for run in runs_of(shifts, self.member(d, shifts, policy)):
            where = _window(d, shifts, run)
            if not where.meets(window):
                continue
            if run.length > figures.most:
                text = f"{run.length} {self.noun} in a row from {where.start} (at most {figures.most})"
                yield self.finding(d.ids[run.row], where, run.length, figures.most, "shifts", text)
            if run.length >= figures.rest_from and run.rest is not None and run.rest < _HOUR * figures.rest_hours:
                text = f"{duration(run.rest)} of rest after {run.length} {self.noun} until {where.end} (at least {figures.rest_hours} h)"
                value = Fraction(run.rest, _HOUR)
                yield self.finding(d.ids[run.row], where, value, figures.rest_hours, "hours of rest", text, about=_REST)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The run and the rest after it."""
        d, policy = duties_of(roster, (finding.person or "",)), roster.policy(finding.end)
        shifts, figures = shifts_of(d), self.figures(policy)
        found = runs_of(shifts, self.member(d, shifts, policy))
        run = next(r for r in found if _window(d, shifts, r) == finding.window)
        return [
            Line("run", f"{run.length} {self.noun}, {finding.start} to {finding.end}"),
            Line("at most", str(figures.most)),
            Line("rest after", "no shift follows" if run.rest is None else duration(run.rest)),
            Line("rest due", f"{figures.rest_hours} h after {figures.rest_from} or more"),
        ]


def _window(d: Duties, shifts: Shifts, run: Run) -> Window:
    first, last = int(shifts.day[run.first]), int(shifts.day[run.last])
    return Window(d.clock.origin + days(first), d.clock.origin + days(last))

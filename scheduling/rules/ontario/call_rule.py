"""The shape of the Ontario call rules: a count of calls against the nights of an averaging period."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.acgme_6_28 import home_nights
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name
from scheduling.rules.duties import duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import Numbers, Periods, leave_nights, periods_of
from scheduling.rules.wording import number


class CallRule(Rule):
    """Calls weighed and compared with `per_night` times the nights outside leave, averaged over the rotation."""

    unit: str
    binding = Binding.MUST
    citation = "PARO-CAHO collective agreement, article 16"
    enforcement = CheckOnly("measured for programs under these rules; the solve is priced by the ACGME's")
    per_person = True

    @abstractmethod
    def held(self, in_house: Numbers, home: Numbers, policy: Policy) -> Numbers:
        """What counts, by period."""

    @abstractmethod
    def per_night(self, policy: Policy) -> Fraction:
        """How much of it each night outside leave allows."""

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period."""
        d, policy = duties_of(roster, people), roster.policy(window.end)
        p = periods_of(d)
        held, share = self.held(p.calls, _home(roster, p), policy), self.per_night(policy)
        over = held * share.denominator > p.nights * share.numerator
        for at in broken(p, np.asarray(over), window):
            most = int(p.nights[at]) * share
            text = f"{int(held[at])} {self.unit} in {int(p.nights[at])} nights on {rotation_name(roster, p, at)} (at most {number(most)})"
            yield self.finding(d.ids[p.row[at]], dates(p, at), int(held[at]), most, self.unit, text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Calls of both kinds, nights, limit."""
        _, p, at = period_of(roster, finding)
        return [
            *period_lines(roster, p, at),
            Line("nights outside leave", str(int(p.nights[at]))),
            Line("in-house calls", str(int(p.calls[at]))),
            Line("home calls", str(int(_home(roster, p)[at]))),
            Line(self.unit, f"{finding.value} (at most {number(finding.limit)})"),
        ]


def _home(roster: Roster, p: Periods) -> Numbers:
    return p.sum(home_nights(roster, p.duties) & ~leave_nights(p.duties))

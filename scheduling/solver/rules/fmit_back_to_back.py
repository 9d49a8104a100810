"""No two inpatient weeks in a row for one person."""

from __future__ import annotations

from scheduling.model.calendar import days
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS,)

_WEEK = 7


def constrain(rule: Rule, build: Build) -> None:
    """A week and the next exclude each other."""
    pairs = {(person, friday + days(n)) for person, friday, _ in build.variables.decided_weeks() for n in (-_WEEK, 0)}
    for person, friday in sorted(pairs):
        following = friday + days(_WEEK)
        weeks = Sum([build.variables.attends(person, friday), build.variables.attends(person, following)])
        build.at_most(rule, Where((person,), (friday, following)), weeks, 1)

"""No Sunday-to-Thursday call inside the caller's own inpatient week."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import weekday_calls
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """A night and its week exclude each other."""
    for person, night, call in weekday_calls(build):
        week = build.variables.attends(person, night)
        build.at_most(rule, Where((person,), (night,)), Sum([call, week]), 1)

"""No call on the Sunday three days after the caller's own inpatient week."""

from __future__ import annotations

from scheduling.model.calendar import SUNDAY, days
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import weekday_calls
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)

_SINCE_LAST_DAY = 3


def constrain(rule: Rule, build: Build) -> None:
    """The week that ended on Thursday and the Sunday after it exclude each other."""
    for person, night, call in weekday_calls(build):
        if night.isoweekday() == SUNDAY:
            week = build.variables.attends(person, night - days(_SINCE_LAST_DAY))
            build.at_most(rule, Where((person,), (night,)), Sum([call, week]), 1)

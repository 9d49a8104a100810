"""No call on the Friday after the caller's own inpatient week, unless the new week is theirs too."""

from __future__ import annotations

from scheduling.model.calendar import FRIDAY, days
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import calls
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)

_WEEK = 7


def constrain(rule: Rule, build: Build) -> None:
    """Friday's call and the week before exclude each other, but for who attends the new week."""
    for person, night, call in calls(build):
        if night.isoweekday() == FRIDAY:
            before = build.variables.attends(person, night - days(_WEEK))
            now = build.variables.attends(person, night)
            build.at_most(rule, Where((person,), (night,)), Sum([call, before]).add(now, -1), 1)

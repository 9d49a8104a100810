"""6.20: at most 80 hours a week, averaged by rotation; a solve keeps excepted rotations within them too."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60
_HALF_DAYS_A_WEEK = 14


def constrain(rule: Rule, build: Build) -> None:
    """Hours of every averaging period outside leave; every started hour above the budget is charged."""
    for period in duty_hours(build).periods():
        budget = period.policy.hours.week_limit * _HOUR * period.half_days // _HALF_DAYS_A_WEEK
        where = Where((period.person,), (period.window.start, period.window.end))
        build.at_most(rule, where, duty_hours(build).minutes(period), budget, unit=_HOUR)

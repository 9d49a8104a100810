"""6.21.b: one day in seven free, averaged by rotation.

A date without work counts as one free day: between uniform duties of up to 24 hours, a run of such dates holds as many
whole days of 24 hours.
"""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.problem import Stage
from scheduling.solver.rules.hours_budget import limit_free_days

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Every averaging period."""
    for period in duty_hours(build).periods():
        limit_free_days(rule, build, period)

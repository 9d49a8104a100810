"""6.24: up to 88 hours a week on a rotation that holds an approved exception."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.problem import Stage
from scheduling.solver.rules.hours_budget import limit_hours

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Every averaging period inside an approval."""
    for period in duty_hours(build).periods():
        if period.excepted:
            limit_hours(rule, build, period, period.policy.hours.exception_limit)

"""6.21.b: one day in seven free, averaged by rotation.

A date without work counts as one free day: between uniform duties of up to 24 hours, a run of such dates holds as many
whole days of 24 hours.
"""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """In every averaging period at least one free day for every seven outside leave."""
    for period in duty_hours(build).periods():
        every = period.policy.hours.free_day_every_days
        where = Where((period.person,), (period.window.start, period.window.end))
        build.at_least(rule, where, duty_hours(build).free_days(period), -(-period.days // every))

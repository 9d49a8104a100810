"""Hours of an averaging period against a weekly limit: shared by 6.20, 6.24 and 6.26."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Period, duty_hours
from scheduling.solver.objective import Where

_HOUR = 60
_HALF_DAYS_A_WEEK = 14


def limit_hours(rule: Rule, build: Build, period: Period, week_limit: int) -> None:
    """At most `week_limit` hours a week outside leave; every started hour above is charged."""
    budget = week_limit * _HOUR * period.half_days // _HALF_DAYS_A_WEEK
    where = Where((period.person,), (period.window.start, period.window.end), None, "hours")
    build.at_most(rule, where, duty_hours(build).minutes(period), budget, unit=_HOUR)


def limit_free_days(rule: Rule, build: Build, period: Period) -> None:
    """At least one free day for every seven outside leave."""
    every = period.policy.hours.free_day_every_days
    where = Where((period.person,), (period.window.start, period.window.end), None, "free days")
    build.at_least(rule, where, duty_hours(build).free_days(period), -(-period.days // every))

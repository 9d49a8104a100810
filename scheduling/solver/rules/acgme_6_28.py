"""6.28: at-home call leaves one day in seven free."""

from __future__ import annotations

from scheduling.model.part import PARTS, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Period, duty_hours
from scheduling.solver.problem import Stage
from scheduling.solver.rules.hours_budget import limit_free_days

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """The free days of every averaging period that has, or may have, at-home call."""
    for period in duty_hours(build).periods():
        if _called_at_home(build, period):
            limit_free_days(rule, build, period)


def _called_at_home(build: Build, period: Period) -> bool:
    catalogue = period.policy.catalogue
    cells = (build.variables.options(period.person, Slot(d, part)) for d in period.window for part in PARTS)
    return any(catalogue[code].home_call for options in cells for code in options)

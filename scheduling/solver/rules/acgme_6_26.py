"""6.26: night float lies inside the 80 hours and the free day."""

from __future__ import annotations

from scheduling.model.activity import Category
from scheduling.model.part import Part, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Period, duty_hours
from scheduling.solver.problem import Stage
from scheduling.solver.rules.hours_budget import limit_free_days, limit_hours

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Both limits again for every averaging period that has, or may have, a night of night float."""
    for period in duty_hours(build).periods():
        if _floats(build, period):
            limit_free_days(rule, build, period)
            if not period.excepted:
                limit_hours(rule, build, period, period.policy.hours.week_limit)


def _floats(build: Build, period: Period) -> bool:
    catalogue = period.policy.catalogue
    nights = (build.variables.options(period.person, Slot(d, Part.NIGHT)) for d in period.window)
    return any(catalogue[code].category is Category.NIGHT_FLOAT for options in nights for code in options)

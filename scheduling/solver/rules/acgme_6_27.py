"""6.27: in-house call at most every third night, averaged by rotation."""

from __future__ import annotations

from scheduling.model.part import Part, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """In-house calls of every averaging period on nights outside leave."""
    roster = build.problem.roster
    for period in duty_hours(build).periods():
        total = Sum()
        for date in period.window:
            slot = Slot(date, Part.NIGHT)
            if not roster.is_absent(period.person, slot):
                catalogue = roster.policy(date).catalogue
                options = build.variables.options(period.person, slot)
                for code, literal in options.items():
                    total.add(literal, int(catalogue[code].in_house_call))
        where = Where((period.person,), (period.window.start, period.window.end))
        build.at_most(rule, where, total, period.nights // period.policy.hours.call_every_nights)

"""No more nights in a row than the policy's figure."""

from __future__ import annotations

from scheduling.model.calendar import days
from scheduling.model.part import Part
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Every window of one night more than that."""
    most, window = build.policy.hours.night_run, build.problem.window.widen(build.policy.hours.night_run, 0)
    for person in duty_hours(build).people:
        reach = window.widen(0, most)
        nights = {
            w.slot.date: w.literal for w in duty_hours(build).works_in(person, reach) if w.slot.part is Part.NIGHT
        }
        for first in window:
            run = [first + days(n) for n in range(most + 1)]
            if all(d in nights for d in run):
                total = Sum()
                for date in run:
                    total.plus(nights[date])
                if not total.fixed:
                    build.at_most(rule, Where((person,), (run[0], run[-1])), total, most)

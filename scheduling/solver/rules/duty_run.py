"""No more duty days in a row than the policy's figure, an advisory of the program."""

from __future__ import annotations

from scheduling.model.calendar import days
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Literal, Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Every window of one day more than that."""
    most = build.policy.hours.duty_run
    window = build.problem.window
    for person in duty_hours(build).people:
        worked: dict[int, Literal] = {}
        for first in window.widen(most, 0):
            run = [first + days(n) for n in range(most + 1)]
            if run[-1] < window.start or first > window.end:
                continue
            for date in run:
                if date.toordinal() not in worked:
                    worked[date.toordinal()] = duty_hours(build).worked(person, date)
            total = Sum(worked[d.toordinal()] for d in run)
            if not total.fixed:
                build.at_most(rule, Where((person,), (run[0], run[-1])), total, most)

"""6.22: at most twenty-four hours of continuous scheduled clinical work."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60


def constrain(rule: Rule, build: Build) -> None:
    """Every shortest chain of works that touch each other and exceed the limit: not all of them.

    Education at the end of a duty counts here as work: the solve stays on the safe side. A transition on record joins works,
    and is no clinical work at the end of them.
    """
    hours = build.policy.hours.continuous_hours
    for person in duty_hours(build).people:
        works = duty_hours(build).works(person)
        for i, first in enumerate(works):
            chain, end = [first], first.end
            for work in works[i + 1 :]:
                if work.start > end:
                    break
                if work.end <= end:
                    continue
                chain.append(work)
                end = work.end
                if work.activities and end - first.start > hours * _HOUR:
                    total = Sum()
                    for link in chain:
                        total.plus(link.literal)
                    if not total.fixed:
                        where = Where((person,), (first.slot.date, work.slot.date), first.slot.part)
                        build.at_most(rule, where, total, len(chain) - 1)
                    break

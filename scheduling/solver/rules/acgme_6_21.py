"""6.21: eight hours off between scheduled work periods, an advisory."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Work, between, duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60


def constrain(rule: Rule, build: Build) -> None:
    """Two works with a pause that is too short, and nothing between them, exclude each other."""
    for person in duty_hours(build).people:
        works = duty_hours(build).works(person)
        for i, first in enumerate(works):
            figures = build.problem.roster.policy(first.slot.date).hours
            for j in range(i + 1, len(works)):
                second = works[j]
                pause = second.start - first.end
                if pause >= figures.rest_hours * _HOUR:
                    break
                if pause > 0 and not _lunch(first, second, pause, figures.break_hours * _HOUR):
                    total = Sum().plus(first.literal).plus(second.literal).plus(between(works, i, j), -1)
                    where = Where((person,), (first.slot.date, second.slot.date), second.slot.part)
                    if not (first.literal.fixed and second.literal.fixed):
                        build.at_most(rule, where, total, 1)


def _lunch(first: Work, second: Work, pause: int, longest: int) -> bool:
    return first.slot.date == second.slot.date and pause < longest

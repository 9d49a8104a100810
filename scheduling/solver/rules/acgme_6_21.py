"""6.21: eight hours off between scheduled work periods, an advisory."""

from __future__ import annotations

import functools

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.chains import keep_apart, running_into
from scheduling.solver.duty_hours import Work, duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60


def constrain(rule: Rule, build: Build) -> None:
    """Two works with a pause that is too short, and nothing between them, exclude each other.

    A short pause of one date is a lunch hour, unless the duty before it began on an earlier date.
    """
    hours = duty_hours(build)
    for person in hours.people:
        works = hours.works(person)
        for i, first in enumerate(works):
            figures = build.problem.roster.policy(first.slot.date).hours
            for j in range(i + 1, len(works)):
                second = works[j]
                pause = second.start - first.end
                if pause >= figures.rest_hours * _HOUR:
                    break
                if pause <= 0:
                    continue
                duty = [first]
                if first.slot.date == second.slot.date and pause < figures.break_hours * _HOUR:
                    midnight = hours.midnight(second.slot.date)
                    duty = running_into(works, i, functools.partial(_began_before, midnight=midnight))
                if duty:
                    keep_apart(rule, build, Where((person,)), duty, works, j)


def _began_before(duty: list[Work], midnight: int) -> bool:
    return duty[0].start < midnight

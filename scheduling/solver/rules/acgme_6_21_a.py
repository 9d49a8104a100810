"""6.21.a: fourteen hours free after twenty-four hours of in-house call."""

from __future__ import annotations

import functools

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.chains import keep_apart, running_into
from scheduling.solver.duty_hours import Work, duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.recorded_hours import PROLONGING

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60


def constrain(rule: Rule, build: Build) -> None:
    """A duty of that length with in-house call in it, and any work that follows it too soon, exclude each other.

    The rest begins when the resident leaves: transitions and stays on record that go on from the duty move it.
    """
    hours = duty_hours(build)
    for person in hours.people:
        works = hours.works(person)
        for i, last in enumerate(works):
            figures = build.problem.roster.policy(last.slot.date).hours
            duty = running_into(works, i, functools.partial(_is_call, length=figures.call_hours * _HOUR))
            if not duty:
                continue
            leaves = hours.left(person, last.end, *PROLONGING)
            for j in range(i + 1, len(works)):
                if works[j].start - leaves >= figures.post_call_rest_hours * _HOUR:
                    break
                if works[j].start > last.end:
                    keep_apart(rule, build, Where((person,)), duty, works, j)


def _is_call(duty: list[Work], length: int) -> bool:
    return duty[-1].end - duty[0].start >= length and any(a.in_house_call for work in duty for a in work.activities)

"""6.21.a: fourteen hours free after twenty-four hours of in-house call."""

from __future__ import annotations

from scheduling.model.duty_record import DutyKind
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Work, between, duty_hours
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.recorded_hours import PROLONGING
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_HOUR = 60


def constrain(rule: Rule, build: Build) -> None:
    """A duty of that length which ends with in-house call, and any work that follows it too soon, exclude each other.

    The rest begins when the resident leaves: transitions and stays on record that go on from the call move it.
    """
    hours = duty_hours(build)
    for person in hours.people:
        works = hours.works(person)
        for i, last in enumerate(works):
            figures = build.problem.roster.policy(last.slot.date).hours
            duty = _duty_up_to(works, i)
            if (
                not any(a.in_house_call for a in last.activities)
                or last.end - duty[0].start < figures.call_hours * _HOUR
            ):
                continue
            ends, leaves = hours.left(person, last.end, DutyKind.TRANSITION), hours.left(person, last.end, *PROLONGING)
            for j in range(i + 1, len(works)):
                if works[j].start - leaves >= figures.post_call_rest_hours * _HOUR:
                    break
                if works[j].start > ends:
                    total = Sum().plus(works[j].literal).plus(between(works, i, j, ends), -1)
                    for work in duty:
                        total.plus(work.literal)
                    where = Where((person,), (last.slot.date, works[j].slot.date), works[j].slot.part)
                    if not total.fixed:
                        build.at_most(rule, where, total, len(duty))


def _duty_up_to(works: list[Work], last: int) -> list[Work]:
    """The works that run on into this one without a pause, the earliest first."""
    duty = [works[last]]
    for work in reversed(works[:last]):
        if work.end < duty[0].start:
            break
        if work.start < duty[0].start:
            duty.insert(0, work)
    return duty

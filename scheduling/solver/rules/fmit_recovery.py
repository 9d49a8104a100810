"""The Friday after an inpatient week is a recovery day: a week whose Friday after is locked to work is nobody's."""

from __future__ import annotations

import datetime as dt

from scheduling.model.calendar import FRIDAY, days
from scheduling.model.part import Part, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_cells import gives_way
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)

_WEEK = 7
_HALF_DAYS = (Part.AM, Part.PM)


def constrain(rule: Rule, build: Build) -> None:
    """Who attended the week before and does not go on holds nothing but recovery or time off."""
    for person, friday, _ in list(build.variables.decided_weeks()):
        after = friday + days(_WEEK)
        _rest(rule, build, person, after)
    fridays = {
        (p, s.date) for p, s, _ in build.variables.decided() if s.part in _HALF_DAYS and s.date.isoweekday() == FRIDAY
    }
    for person, friday in sorted(fridays):
        if build.problem.roster.program.by_id[person].is_faculty:
            _rest(rule, build, person, friday)


def _rest(rule: Rule, build: Build, person: str, friday: dt.date) -> None:
    before = build.variables.attends(person, friday - days(1))
    goes_on = build.variables.attends(person, friday)
    for part in _HALF_DAYS:
        slot = Slot(friday, part)
        if not build.problem.roster.is_absent(person, slot):
            total = Sum([before]).plus(_work(build, person, slot)).add(goes_on, -1)
            build.at_most(rule, Where((person,), (friday,), part), total, 1)


def _work(build: Build, person: str, slot: Slot) -> Sum:
    """Work the cell holds or may hold; an open cell that is not decided here takes the recovery day."""
    roster = build.problem.roster
    if not build.variables.is_decided(person, slot) and gives_way(build.problem, person, slot):
        return Sum()
    recovery = roster.policy(slot.date).call.recovery_activity
    options = build.variables.options(person, slot)
    return Sum(v for code, v in options.items() if code != recovery and not roster.catalogue[code].is_time_off)

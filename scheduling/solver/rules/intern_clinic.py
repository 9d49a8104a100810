"""The clinic half-days that rotation and year of training fix."""

from __future__ import annotations

from scheduling.model.activity import Category
from scheduling.model.calendar import academic_year
from scheduling.rules.intern_clinic import fixed_clinics
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)

_EXCUSED = (Category.TIME_OFF, Category.EDUCATION, Category.RECOVERY, Category.POST_CALL)


def constrain(rule: Rule, build: Build) -> None:
    """The due clinic, or what excuses it."""
    roster = build.problem.roster
    for person, slot, options in build.variables.decided():
        rotation = roster.rotation_of(person, slot.date)
        who = roster.program.by_id[person]
        if rotation is None or not who.is_resident or slot.date in roster.program.holidays:
            continue
        fixed = fixed_clinics(roster.policy(slot.date), rotation, who.pgy(academic_year(slot.date)))
        due = fixed.get((slot.date.isoweekday(), slot.part))
        if due is None or roster.is_absent(person, slot):
            continue
        kept = Sum(v for code, v in options.items() if code == due or roster.catalogue[code].category in _EXCUSED)
        build.at_least(rule, Where((person,), (slot.date,), slot.part), kept, 1)

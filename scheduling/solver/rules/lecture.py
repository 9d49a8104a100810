"""Lecture time is protected."""

from __future__ import annotations

from scheduling.model.activity import Category
from scheduling.model.part import Part
from scheduling.rules.lecture import is_exempt
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK,)

_OTHER_WORK = (
    Category.CLINIC,
    Category.PROCEDURE,
    Category.OUTPATIENT,
    Category.ADMIN,
    Category.FLEX,
    Category.SUPERVISION,
)


def constrain(rule: Rule, build: Build) -> None:
    """A resident who is not exempt holds no other half-day in the weekly slot and on the block's last Wednesday."""
    roster = build.problem.roster
    for person, slot, options in build.variables.decided():
        if not roster.program.by_id[person].is_resident or slot.part is Part.NIGHT:
            continue
        block = roster.program.calendar.block_of(slot.date)
        weekly = roster.policy(slot.date).rotations.lecture_slot
        last = slot.date == block.last_wednesday
        if not last and (slot.date.isoweekday(), slot.part) != (weekly.weekday, weekly.part):
            continue
        if slot.date in roster.program.holidays or is_exempt(roster, person, block):
            continue
        other = Sum(v for code, v in options.items() if roster.catalogue[code].category in _OTHER_WORK)
        build.at_most(rule, Where((person,), (slot.date,), slot.part), other, 0)

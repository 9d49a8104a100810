"""Lecture time is protected."""

from __future__ import annotations

from scheduling.model.activity import Category
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.lectures import lecture_at
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
        if not roster.program.by_id[person].is_resident or lecture_at(roster, person, slot) is None:
            continue
        other = Sum(v for code, v in options.items() if roster.catalogue[code].category in _OTHER_WORK)
        build.at_most(rule, Where((person,), (slot.date,), slot.part), other, 0)

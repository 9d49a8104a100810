"""One activity per person and slot."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK, Stage.DAYS_OFF, Stage.ROTATIONS)


def constrain(rule: Rule, build: Build) -> None:
    """Whatever a cell may hold, it holds one thing."""
    for person, slot, options in build.variables.decided():
        build.at_most(rule, Where((person,), (slot.date,), slot.part), Sum(options.values()), 1)

"""Locked cells stay as they are; frozen ones, and those on dates not to be decided, as the base has them."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """A locked cell holds its activity: it is only offered anything else where that is to be explained."""
    roster = build.problem.roster
    for person, slot, options in build.variables.decided():
        held = roster.at(person, slot)
        if (
            held is not None
            and held in options
            and slot.date in build.problem.window
            and not build.problem.is_free(person, slot)
        ):
            build.at_least(rule, Where((person,), (slot.date,), slot.part, held), Sum([options[held]]), 1)

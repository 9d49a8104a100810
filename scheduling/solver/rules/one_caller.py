"""One caller a night; a night without one is a visible gap with a price of its own."""

from __future__ import annotations

from scheduling.model.calendar import is_weekday_call
from scheduling.model.part import Part
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """At most one caller; at least one, or the gap is priced."""
    for night in build.variables.nights:
        callers = Sum(build.variables.call(p.id, night) for p in build.variables.program.people)
        where = Where((), (night,), Part.NIGHT)
        build.at_most(rule, where, callers, 1)
        if is_weekday_call(night):
            build.at_least("call_gap", where, callers, 1)

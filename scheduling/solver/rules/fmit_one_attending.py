"""One attending an inpatient week; a week without one is a visible gap with a price of its own."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS,)


def constrain(rule: Rule, build: Build) -> None:
    """Exactly one attending, or none at a price."""
    for friday in build.variables.weeks:
        attending = Sum(build.variables.attends(p.id, friday) for p in build.variables.program.people if p.is_faculty)
        where = Where((), (friday,))
        build.at_most(rule, where, attending, 1)
        build.at_least("fmit_gap", where, attending, 1)

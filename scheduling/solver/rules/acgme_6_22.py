"""6.22: at most twenty-four hours of continuous scheduled clinical work."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage
from scheduling.solver.rules.continuous import limit_continuous

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Education at the end of a duty counts here as work: the solve stays on the safe side."""
    limit_continuous(rule, build, build.policy.hours.continuous_hours)

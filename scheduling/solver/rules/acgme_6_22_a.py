"""6.22.a: presence beyond the continuous limit and the time for transitions."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.problem import Stage
from scheduling.solver.rules.continuous import limit_continuous

STAGES = (Stage.BLOCK, Stage.DAYS_OFF)


def constrain(rule: Rule, build: Build) -> None:
    """Scheduled work alone; transitions are recorded after the fact."""
    hours = build.policy.hours
    limit_continuous(rule, build, hours.continuous_hours + hours.transition_hours)

"""A call on the eve of leave is allowed, and priced."""

from __future__ import annotations

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import calls
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """The next date is away and the night is not."""
    roster = build.problem.roster
    for person, night, call in calls(build):
        tomorrow = night + days(1)
        away = any(roster.is_absent(person, Slot(tomorrow, part)) for part in Part)
        if away and not roster.is_absent(person, Slot(night, Part.NIGHT)):
            build.at_most(rule, Where((person,), (night,)), Sum([call]), 0)

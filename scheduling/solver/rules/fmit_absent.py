"""The inpatient attending is there on every day of the week."""

from __future__ import annotations

from scheduling.model.calendar import fmit_week
from scheduling.model.part import Part, Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS,)


def constrain(rule: Rule, build: Build) -> None:
    """Every day away of the week's attending."""
    roster = build.problem.roster
    for person, friday, literal in build.variables.decided_weeks():
        for date in fmit_week(friday):
            if any(roster.is_absent(person, Slot(date, part)) for part in (Part.AM, Part.PM)):
                build.at_most(rule, Where((person,), (date,)), Sum([literal]), 0)

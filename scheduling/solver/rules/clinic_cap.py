"""Weekly half-days of faculty stay under their caps, Thursday to Wednesday."""

from __future__ import annotations

from collections import defaultdict

from scheduling.model.calendar import academic_year
from scheduling.model.part import Part, Slot, Window
from scheduling.rules.clinic_cap import cap
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.weeks import week_of

STAGES = (Stage.BLOCK,)


def constrain(rule: Rule, build: Build) -> None:
    """What a person holds of an activity in a week against the own, the year's or the role's figure."""
    roster, variables = build.problem.roster, build.variables
    offered: dict[tuple[str, Window], set[str]] = defaultdict(set)
    for person, slot, options in variables.decided():
        if slot.part is not Part.NIGHT and roster.program.by_id[person].is_faculty:
            offered[person, week_of(slot.date)].update(options)
    for (person, week), codes in offered.items():
        slots = [Slot(d, part) for d in week for part in (Part.AM, Part.PM)]
        for code in sorted(codes):
            most = cap(roster.policy(week.end), roster.program.by_id[person], code, academic_year(week.end))
            if most is not None:
                where = Where((person,), (week.start,), None, code)
                build.at_most(rule, where, variables.count(person, slots, (code,)), most)

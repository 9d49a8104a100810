"""PCAT and DO follow the call; a night whose next day is locked to something else is nobody's."""

from __future__ import annotations

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_cells import gives_way, post_call
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.rules.nights import calls
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """Open half-days take their post-call activity with the call; a locked one must hold it or excuse it."""
    roster = build.problem.roster
    for person, night, call in calls(build):
        for slot, code in post_call(roster, person, night):
            held = roster.at(person, slot)
            excused = held in (code, *roster.policy(slot.date).call.post_call_exempt)
            if not gives_way(build.problem, person, slot) and not excused:
                build.at_most(rule, Where((person,), (night, slot.date)), Sum([call]), 0)

"""Answer what a run asks: a block, or a year stage by stage; and tell what the answer says beside its schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scheduling.solver.infeasible import explain
from scheduling.solver.parts import unfinished
from scheduling.solver.precheck import check_data
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Progress, Stop
from scheduling.solver.solve import Answer, solve, unsolvable
from scheduling.solver.status import Status
from scheduling.solver.wording import Group
from scheduling.solver.year import solve_year

_MOST = 40
_MOST_DATES = 31


def answer(problem: Problem, listener: Listener, stop: Stop) -> Answer:
    """Solve the problem; one of calls is a whole year's, whose blocks follow. Pure and long: for a worker's thread.

    Where the profile insists on what a year does not meet, the reason is looked for in its calls.
    """
    if problem.stage is not Stage.CALLS:
        return solve(problem, listener=listener, stop=stop)
    listener.progress(Progress("data checks"))
    troubles = check_data(problem)
    whole = solve_year(problem, listener=listener, stop=stop)
    insisted = set(problem.profile.insist)
    short = {breach.name for tier in whole.tiers for breach in tier.breaches} & insisted
    if short and stop.is_set:
        return Answer(unfinished(whole, stopped=True), troubles)
    if whole.status is Status.INFEASIBLE or short:
        listener.progress(Progress("explaining"))
        core = explain(problem, insist=insisted)
        if core is not None:
            return unsolvable(whole, troubles, core)
    return Answer(whole, troubles)


def reasons(found: Answer) -> dict[str, Any]:
    """Rows at fault, the minimal conflict and the ways out of it, each where there is any."""
    told: dict[str, Any] = {}
    if found.troubles:
        told["troubles"] = [
            {
                "kind": trouble.kind.value,
                "people": list(trouble.people),
                "start": trouble.start.isoformat(),
                "end": trouble.end.isoformat(),
                "message": trouble.message,
            }
            for trouble in found.troubles[:_MOST]
        ]
    if found.core is not None:
        told["core"] = _conditions(found.core.groups)
        told["core_verified"] = found.core.verified
        told["relaxations"] = [{"cost": way.cost, "conditions": _conditions(way.groups)} for way in found.core.ways_out]
    return told


def _conditions(groups: Iterable[Group]) -> list[dict[str, Any]]:
    return [
        {
            "rule": group.rule,
            "people": list(group.people),
            "dates": [date.isoformat() for date in group.dates[:_MOST_DATES]],
            "message": group.message,
        }
        for group in groups
    ]

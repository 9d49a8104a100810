"""Answer what a run asks: a block, or a year stage by stage; and tell what the answer says beside its schedule."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.solve import Answer, solve, solve_whole_year
from scheduling.solver.wording import Group

_MOST = 40
_MOST_DATES = 31


def answer(problem: Problem, listener: Listener, stop: Stop) -> Answer:
    """Solve the problem; one of calls is a whole year's, whose blocks follow. Pure and long: for a worker's thread."""
    whole = problem.stage is Stage.CALLS
    return (solve_whole_year if whole else solve)(problem, listener=listener, stop=stop)


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
        if found.part is not None:
            told["note"] = (
                f"The reason is that of {found.part.start} to {found.part.end}, given what was decided before it."
            )
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

"""Solve a gathered problem: the stage's search, and the reason where there is no schedule. Pure, and long: for a thread."""

from __future__ import annotations

from typing import Any

from scheduling.solver.block import solve_block
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.solution import Solution


def solve_problem(problem: Problem, listener: Listener, stop: Stop) -> Solution:
    """Decide what the problem asks."""
    solve = solve_block if problem.stage is Stage.BLOCK else solve_calls
    return solve(problem, listener=listener, stop=stop)


def why_not(problem: Problem) -> dict[str, Any]:
    """Why there is no schedule, as the run's result holds it."""
    del problem
    return {"note": "no schedule satisfies what this profile insists on"}

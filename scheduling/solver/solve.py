"""Answer a problem: what was decided and proved, what the data lacks, and why there is no more or no schedule."""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduling.solver.calls_year import solve_calls
from scheduling.solver.days_off import solve_days_off
from scheduling.solver.infeasible import Core, explain
from scheduling.solver.parts import together, unfinished
from scheduling.solver.precheck import Trouble, check_data
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Progress, Silence, Stop
from scheduling.solver.rotations_year import solve_rotations
from scheduling.solver.sites import solve_by_sites
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status

REASONED = ("call_gap", "fmit_gap", "prog.supervision", "prog.credential")
"""Shortfalls whose reason is worked out even where the profile does not insist on them."""


@dataclass(frozen=True)
class Answer:
    """A solution with what belongs to it.

    `troubles` are the rows at fault in the data. `core` is why nothing satisfies what the profile insists on (the solution
    then holds no cells and its status is `infeasible`), or, with a schedule, why its safety tier is not met in full.
    """

    solution: Solution
    troubles: tuple[Trouble, ...] = ()
    core: Core | None = None


def solve(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Answer:
    """Check the data, search, and explain what is missing. Pure and long: for a worker's thread."""
    listener, stop = listener or Silence(), stop or Stop()
    listener.progress(Progress("data checks"))
    troubles = check_data(problem)
    solution = _search(problem, listener, stop)
    insisted = set(problem.profile.insist)
    short = {b.name for tier in solution.tiers for b in tier.breaches}
    if stop.is_set:
        return Answer(unfinished(solution, stopped=True) if short & insisted else solution, troubles)
    if solution.status is Status.INFEASIBLE or short & insisted:
        listener.progress(Progress("explaining"))
        core = explain(problem, insist=insisted)
        if core is not None:
            return unsolvable(solution, troubles, core)
    if reasoned := short & set(REASONED):
        listener.progress(Progress("explaining"))
        return Answer(solution, troubles, explain(problem, insist=reasoned))
    return Answer(solution, troubles)


def unsolvable(solution: Solution, troubles: tuple[Trouble, ...], core: Core) -> Answer:
    """The answer where what is insisted on cannot be had: the reason, and none of the cells that were found without it."""
    empty = Solution(solution.stage, solution.problem, Status.INFEASIBLE, seed=solution.seed, effort=solution.effort)
    return Answer(empty, troubles, core)


def _search(problem: Problem, listener: Listener, stop: Stop) -> Solution:
    match problem.stage:
        case Stage.CALLS:
            return solve_calls(problem, listener=listener, stop=stop)
        case Stage.DAYS_OFF:
            return solve_days_off(problem, listener=listener, stop=stop)
        case Stage.ROTATIONS:
            return solve_rotations(problem, listener=listener, stop=stop)
        case Stage.BLOCK:
            return _block(problem, listener, stop)


def _block(problem: Problem, listener: Listener, stop: Stop) -> Solution:
    """Half-days by sites, then the dates off of wards whose days are open; without those the block is not finished."""
    solution = solve_by_sites(problem, listener=listener, stop=stop)
    if not solution.found:
        return solution
    roster = solution.applied(problem.roster)
    given = problem.given | {(c.person, c.slot) for c in solution.cells}
    rest = replace(problem, stage=Stage.DAYS_OFF, roster=roster, calls_free=False, given=given)
    off = solve_days_off(rest, listener=listener, stop=stop)
    if not off.found:
        return unfinished(solution, stopped=stop.is_set)
    if not off.cells:
        return solution
    return together(problem, [solution, off])

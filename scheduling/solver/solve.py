"""Answer a problem: what was decided and proved, what the data lacks, and why there is no more or no schedule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduling.model.part import Window
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.days_off import solve_days_off
from scheduling.solver.infeasible import Core, explain
from scheduling.solver.parts import Decided, together, unfinished
from scheduling.solver.precheck import Trouble, check_data
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Progress, Silence, Stop
from scheduling.solver.rotations_year import solve_rotations
from scheduling.solver.sites import solve_by_sites
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status
from scheduling.solver.year import solve_year

REASONED = ("call_gap", "fmit_gap", "prog.supervision", "prog.credential")
"""Shortfalls whose reason is worked out even where the profile does not insist on them."""

_Decide = Callable[[Problem], Decided]


@dataclass(frozen=True)
class Answer:
    """A solution with what belongs to it.

    `troubles` are the rows at fault in the data. `core` is why nothing satisfies what the profile insists on (the solution
    then holds no cells and its status is `infeasible`), or, with a schedule, why its safety tier is not met in full. `part`
    is what the core speaks of when it is less than the whole, given what was decided before it.
    """

    solution: Solution
    troubles: tuple[Trouble, ...] = ()
    core: Core | None = None
    part: Window | None = None


def solve(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Answer:
    """Check the data, search, and explain what is missing. Pure and long: for a worker's thread."""
    listener, stop = listener or Silence(), stop or Stop()
    found = _insisting(problem, lambda asked: _search(asked, listener, stop), listener, stop)
    reasoned = _short(found.solution) & set(REASONED)
    if reasoned and not stop.is_set:
        listener.progress(Progress("explaining"))
        return replace(found, core=explain(problem, insist=reasoned, stop=stop))
    return found


def solve_whole_year(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Answer:
    """The same for the calls of a window and every block in it."""
    listener, stop = listener or Silence(), stop or Stop()
    return _insisting(problem, lambda asked: solve_year(asked, listener=listener, stop=stop), listener, stop)


def _insisting(problem: Problem, decide: _Decide, listener: Listener, stop: Stop) -> Answer:
    """Decide at the profile's prices, and where that falls short of what it insists on, say why, or decide without a price.

    The second search has the effort of the first.
    """
    listener.progress(Progress("data checks"))
    troubles = check_data(problem)
    insisted = set(problem.profile.insist)
    found = decide(problem)
    if found.solution.status is not Status.INFEASIBLE and not _short(found.solution) & insisted:
        return Answer(found.solution, troubles)
    core = _reason(found, problem, listener, stop)
    if core is None and found.solution.found and not stop.is_set:
        # It can be had: the tiers would only rather have had something else.
        found = decide(replace(problem, insisting=True))
        if found.solution.status is Status.INFEASIBLE:
            core = _reason(found, problem, listener, stop)
    if core is not None:
        return _unsolvable(found, troubles, core)
    if stop.is_set and _short(found.solution) & insisted:
        return Answer(unfinished(found.solution, stopped=True), troubles)
    return Answer(found.solution, troubles)


def _reason(found: Decided, problem: Problem, listener: Listener, stop: Stop) -> Core | None:
    if stop.is_set:
        return None
    listener.progress(Progress("explaining"))
    return explain(found.failed or problem, insist=problem.profile.insist, stop=stop)


def _short(solution: Solution) -> set[str]:
    """The rules and terms that cost anything."""
    return {breach.name for tier in solution.tiers for breach in tier.breaches}


def _unsolvable(found: Decided, troubles: tuple[Trouble, ...], core: Core) -> Answer:
    """The answer where what is insisted on cannot be had: the reason, and none of the cells that were found without it."""
    was = found.solution
    empty = Solution(was.stage, was.problem, Status.INFEASIBLE, seed=was.seed, effort=was.effort)
    return Answer(empty, troubles, core, None if found.failed is None else found.failed.window)


def _search(problem: Problem, listener: Listener, stop: Stop) -> Decided:
    match problem.stage:
        case Stage.CALLS:
            return Decided(solve_calls(problem, listener=listener, stop=stop))
        case Stage.DAYS_OFF:
            return Decided(solve_days_off(problem, listener=listener, stop=stop))
        case Stage.ROTATIONS:
            return Decided(solve_rotations(problem, listener=listener, stop=stop))
        case Stage.BLOCK:
            return _block(problem, listener, stop)


def _block(problem: Problem, listener: Listener, stop: Stop) -> Decided:
    """Half-days by sites, then the dates off of wards whose days are open; without those the block is not finished."""
    solution = solve_by_sites(problem, listener=listener, stop=stop)
    if not solution.found:
        return Decided(solution)
    roster = solution.applied(problem.roster)
    given = problem.given | {(c.person, c.slot) for c in solution.cells}
    rest = replace(problem, stage=Stage.DAYS_OFF, roster=roster, calls_free=False, given=given)
    off = solve_days_off(rest, listener=listener, stop=stop)
    if off.status is Status.INFEASIBLE:
        return Decided(replace(off, stage=problem.stage, problem=problem.digest), rest)
    if not off.found:
        return Decided(unfinished(solution, stopped=stop.is_set))
    if not off.cells:
        return Decided(solution)
    return Decided(together(problem, [solution, off]))

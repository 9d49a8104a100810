"""Why there is no schedule: the least set of conditions that cannot hold together, and the cheapest ways out.

The explaining build has one switch per condition a human would name. The core comes from the engine's assumptions (presolve
off), is thinned by deletion until every condition in it is needed, and is then proved by a second solve of that subset
alone. Ways out are found by letting conditions give way at a price, and each is proved by a solve without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduling.solver.build import Build, Instance
from scheduling.solver.cores import Budget, conflicting, find_core, ordered, thinned
from scheduling.solver.problem import Problem
from scheduling.solver.progress import Stop
from scheduling.solver.stages import build_stage
from scheduling.solver.wording import Group, grouped

RELAX_EFFORT = 5.0

EXPLAIN_EFFORT = 60.0
"""Effort of a whole explanation; what is left undecided then is said."""


@dataclass(frozen=True, slots=True)
class WayOut:
    """Conditions that would have to give way, what that costs by policy, and that a schedule then exists."""

    conditions: tuple[Instance, ...]
    cost: int
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Core:
    """A minimal conflict. `verified` says that the subset alone was proved infeasible, and nothing smaller is."""

    conditions: tuple[Instance, ...]
    groups: tuple[Group, ...]
    verified: bool
    ways_out: tuple[WayOut, ...] = ()


def explain(
    problem: Problem, *, insist: Iterable[str] = (), ways_out: bool = True, stop: Stop | None = None
) -> Core | None:
    """The reason why the problem has no schedule that also meets what is insisted on; None where it has one.

    None too when it is stopped: half a reason may name what is not to blame.
    """
    insisted, stop = tuple(sorted(insist)), stop or Stop()
    build, budget = build_stage(problem, explaining=True, insist=insisted), Budget(EXPLAIN_EFFORT, stop)
    first = find_core(build, ordered(build), budget)
    if first is None:
        return None
    least = thinned(build, first, budget)
    proved = conflicting(build, least, budget)
    found = _ways_out(problem, build, budget) if ways_out else ()
    if stop.is_set:
        return None
    return Core(tuple(least), grouped(problem, least), proved, found)


def _ways_out(problem: Problem, build: Build, budget: Budget) -> tuple[WayOut, ...]:
    """The cheapest sets of conditions without which a schedule exists, each proved."""
    prices = problem.policy.solve.relax
    model = build.model.clone()
    soft = [c for c in ordered(build) if c.rule in prices]
    for condition, switch in build.switches.items():
        if condition.rule not in prices:
            model.add_bool_and([switch])
    model.minimize(sum(prices[c.rule] * (1 - build.switches[c]) for c in soft))
    found: list[WayOut] = []
    while len(found) < problem.policy.solve.relaxations:
        solver, status = budget.solve(model, RELAX_EFFORT, presolve=True)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        given = [c for c in soft if not solver.boolean_value(build.switches[c])]
        if not given:
            break
        if _holds(build, given, budget):
            cost = sum(prices[c.rule] for c in given)
            found.append(WayOut(tuple(given), cost, grouped(problem, given)))
        model.add_bool_or([build.switches[c] for c in given])
    return tuple(sorted(found, key=lambda way: way.cost))


def _holds(build: Build, given: Sequence[Instance], budget: Budget) -> bool:
    """True when everything but these conditions holds together."""
    model = build.model.clone()
    for condition, switch in build.switches.items():
        if condition not in given:
            model.add_bool_and([switch])
    _, status = budget.solve(model, RELAX_EFFORT, presolve=True)
    return status in (cp_model.OPTIMAL, cp_model.FEASIBLE)

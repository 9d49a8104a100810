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
from scheduling.solver.problem import Problem
from scheduling.solver.stages import build_stage
from scheduling.solver.wording import Group, grouped

CORE_EFFORT = 5.0
"""Effort of one test of a core; a test that exceeds it counts as feasible, so a core is never too small."""

RELAX_EFFORT = 5.0

_FIXED = ("prog.one_activity", "open_half_day", "prog.vas_slots", "prog.post_call_tied", "prog.fmit_recovery")
"""What nobody can change goes first: a core that can do without it names something else."""

_ASKED = ("prog.requirement", "call_gap", "fmit_gap")
"""What is only asked for goes last."""


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


def explain(problem: Problem, *, insist: Iterable[str] = (), ways_out: bool = True) -> Core | None:
    """The reason why the problem has no schedule that also meets what is insisted on; None where it has one."""
    insisted = tuple(sorted(insist))
    build = build_stage(problem, explaining=True, insist=insisted)
    every = _ordered(build)
    first = _core(build, every)
    if first is None:
        return None
    least = _thinned(build, first)
    proved = _infeasible(build, least)
    found = _ways_out(problem, build) if ways_out else ()
    return Core(tuple(least), grouped(problem, least), proved, found)


def _rank(instance: Instance) -> int:
    return 0 if instance.rule in _FIXED else 2 if instance.rule in _ASKED else 1


def _ordered(build: Build) -> list[Instance]:
    """Every condition, those nobody can change first."""
    return sorted(
        build.switches, key=lambda i: (_rank(i), i.rule, i.where.dates, i.where.people, i.where.part or 0, i.where.note)
    )


def _solver(effort: float, *, presolve: bool) -> cp_model.CpSolver:
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.cp_model_presolve = presolve
    solver.parameters.linearization_level = 1
    solver.parameters.max_deterministic_time = effort
    return solver


def _core(build: Build, conditions: Sequence[Instance]) -> list[Instance] | None:
    """Conditions that conflict, not yet few; None when all of them hold together."""
    model = build.model.clone()
    model.add_assumptions([build.switches[c] for c in conditions])
    solver = _solver(CORE_EFFORT, presolve=False)
    if solver.solve(model) != cp_model.INFEASIBLE:
        return None
    picked = set(solver.sufficient_assumptions_for_infeasibility())
    chosen = [c for c in conditions if build.switches[c].index in picked]
    return chosen or list(conditions)


def _infeasible(build: Build, conditions: Iterable[Instance]) -> bool:
    """The second solve: these conditions alone, all others off, by another way (presolve on, no assumptions)."""
    model = build.model.clone()
    for condition in conditions:
        model.add_bool_and([build.switches[condition]])
    return _solver(CORE_EFFORT, presolve=True).solve(model) == cp_model.INFEASIBLE


def _thinned(build: Build, conditions: list[Instance]) -> list[Instance]:
    """Drop whatever the conflict can do without, hardest to change first: all that is left is needed."""
    kept = list(conditions)
    place = 0
    while place < len(kept):
        fewer = kept[:place] + kept[place + 1 :]
        smaller = _core(build, fewer)
        if smaller is None:
            place += 1
        else:
            needed = set(kept[:place])
            kept = [c for c in kept if c in needed or c in smaller]
    return kept


def _ways_out(problem: Problem, build: Build) -> tuple[WayOut, ...]:
    """The cheapest sets of conditions without which a schedule exists, each proved."""
    prices = problem.policy.solve.relax
    model = build.model.clone()
    soft = [c for c in _ordered(build) if c.rule in prices]
    for condition, switch in build.switches.items():
        if condition.rule not in prices:
            model.add_bool_and([switch])
    model.minimize(sum(prices[c.rule] * (1 - build.switches[c]) for c in soft))
    found: list[WayOut] = []
    while len(found) < problem.policy.solve.relaxations:
        solver = _solver(RELAX_EFFORT, presolve=True)
        if solver.solve(model) not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        given = [c for c in soft if not solver.boolean_value(build.switches[c])]
        if not given:
            break
        if _holds(build, given):
            cost = sum(prices[c.rule] for c in given)
            found.append(WayOut(tuple(given), cost, grouped(problem, given)))
        model.add_bool_or([build.switches[c] for c in given])
    return tuple(sorted(found, key=lambda way: way.cost))


def _holds(build: Build, given: Sequence[Instance]) -> bool:
    """True when everything but these conditions holds together."""
    model = build.model.clone()
    for condition, switch in build.switches.items():
        if condition not in given:
            model.add_bool_and([switch])
    return _solver(RELAX_EFFORT, presolve=True).solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)

"""A block by clinic sites: each site alone, then one score for the whole; where calls are open the block is one model.

With calls given nothing couples two sites: rooms and attendings are each site's own, all other prices are a person's. The
sites' optima therefore add up to the block's, and their proofs to its proof; `certify` holds that against the bound of
the block as one model.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from scheduling.model.part import Slot
from scheduling.rules.rule import Tier
from scheduling.solver.block import build_block, read_block, solve_block
from scheduling.solver.build import Build
from scheduling.solver.engine import Engine
from scheduling.solver.objective import TIERS
from scheduling.solver.problem import Problem
from scheduling.solver.progress import Listener, Silence, Stop
from scheduling.solver.search import breaches_of, run
from scheduling.solver.solution import Solution
from scheduling.solver.status import Outcome, Status, TierProof, evaluate
from scheduling.solver.sums import Sum


@dataclass(frozen=True, slots=True)
class Certificate:
    """The bound of the block as one model, tier by tier. `holds` is True when no schedule is better than the one certified."""

    bounds: tuple[tuple[Tier, int], ...]
    holds: bool
    effort: float
    seconds: float


def sites_in(problem: Problem) -> tuple[str, ...]:
    """The sites of the people to be decided."""
    people = problem.roster.program.people
    return tuple(sorted({p.site for p in people if p.active and problem.decides(p.id)}))


def in_parts(problem: Problem) -> bool:
    """True when the block is decided part by part: it has more than one site, and open calls do not couple them."""
    return len(sites_in(problem)) > 1 and not problem.calls_free


def solve_by_sites(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
    """Decide a block part by part; a block of one site is one part, and so is one whose calls are open: they couple the sites."""
    if not in_parts(problem):
        return solve_block(problem, listener=listener, stop=stop)
    sites, stop = sites_in(problem), stop or Stop()
    left = problem.settings.effort
    parts: list[Solution] = []
    for number, site in enumerate(sites):
        people = frozenset(p.id for p in problem.roster.program.people if p.site == site and problem.decides(p.id))
        settings = replace(problem.settings, effort=max(0.1, left / (len(sites) - number)))
        part = solve_block(replace(problem, people=people, settings=settings), listener=listener, stop=stop)
        if not part.found:
            return replace(part, problem=problem.digest)
        left -= part.effort
        parts.append(part)
    return merge(problem, parts)


def merge(problem: Problem, parts: list[Solution]) -> Solution:
    """The parts as one solution, scored by the objective of the whole; proved when every part is."""
    build = build_block(problem)
    held = {(c.person, c.slot): c.activity for part in parts for c in part.cells}
    values = _values_of(build, held)
    proved = all(part.proved for part in parts)
    tiers = []
    for tier in TIERS:
        total = build.ledger.total(tier)
        objective = evaluate(total, values)
        bound = objective if proved else total.low
        tiers.append(TierProof(tier, objective, bound, 0.0, breaches_of(build.ledger, tier, values)))
    cancelled = any(part.status is Status.CANCELLED for part in parts)
    status = Status.OPTIMAL if proved else Status.CANCELLED if cancelled else Status.FEASIBLE
    effort = sum(part.effort for part in parts)
    return read_block(build, Outcome(status, tuple(tiers), values, effort))


def _values_of(build: Build, held: dict[tuple[str, Slot], str]) -> tuple[int, ...]:
    """Every variable of the whole model under these decisions: slacks at their least."""
    model = build.model.clone()
    for person, slot, options in build.variables.decided():
        chosen = held.get((person, slot))
        for code, literal in options.items():
            if not isinstance(literal, int):
                model.add_linear_constraint(literal, int(code == chosen), int(code == chosen))
    total = Sum()
    for charge in build.ledger:
        total.plus(charge.amount)
    model.minimize(total.expression())
    engine = Engine(build.problem.settings, build.policy.solve.wall_guard_seconds, Silence(), Stop(), "merge")
    solver, status = engine.solve(model, build.problem.settings.effort, None, by_cores=False)
    if status is not Status.OPTIMAL:
        raise RuntimeError("the parts of a block do not fit the whole")
    return tuple(solver.response_proto.solution)


def certify(
    problem: Problem, solution: Solution, *, listener: Listener | None = None, stop: Stop | None = None
) -> Certificate:
    """Solve the block as one model and hold the solution's score there against its bounds, for the background."""
    build = build_block(problem)
    values = _values_of(build, {(c.person, c.slot): c.activity for c in solution.cells})
    score = tuple(evaluate(build.ledger.total(tier), values) for tier in TIERS)
    outcome = run(build, problem.settings, listener=listener, stop=stop, phase="certificate")
    bounds = tuple((t.tier, t.bound) for t in outcome.tiers)
    holds = outcome.status is Status.OPTIMAL and score == tuple(bound for _, bound in bounds)
    return Certificate(bounds, holds, outcome.effort, outcome.seconds)

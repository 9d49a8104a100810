"""What each rule is in the built models, which are the costliest, and how long the block's solve takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduling.model.policy import Policy
from scheduling.rules.catalog import BY_ID, RULES, is_on
from scheduling.rules.rule import CheckOnly, Enforcement, Hard, Soft
from scheduling.solver.block import OPEN_HALF_DAY
from scheduling.solver.build import Build
from scheduling.solver.catalog import in_force
from scheduling.solver.cores import Budget
from scheduling.solver.days_off import solve_days_off
from scheduling.solver.examine.question import Row
from scheduling.solver.examine.stages import Part, switched_off
from scheduling.solver.objective import Prices
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.sites import solve_by_sites
from scheduling.solver.status import Status

COSTLIEST = 5

_SECONDS_PER_UNIT = 2.4
_SECONDS_PER_TERM = 5e-5
"""Measured on the demonstration programs of 18+10, 24+16 and 90+40 people, right within a factor of two: the engine's effort,
and what building, cloning and reading a model takes."""

_MEASURING_SECONDS = 4.0
"""Estimated seconds for solves without the costliest rules, all together."""

_LEAST_EFFORT = 0.05


@dataclass(frozen=True, slots=True)
class Effort:
    """What solving the block took. `proved` is False when it was stopped: it takes more than that.

    `infeasible` says that there is no schedule that keeps every recorded cell, proved.
    """

    units: float
    proved: bool
    infeasible: bool = False


def profile_of(parts: Sequence[Part], policy: Policy) -> tuple[Row, ...]:
    """A row for every rule that is on and every term with a place in the models, the largest first."""
    terms: Counter[str] = Counter()
    variables: Counter[str] = Counter()
    constraints: Counter[str] = Counter()
    removes: Counter[str] = Counter()
    priced: set[str] = set()
    for part in parts:
        terms.update({name: uses.terms for name, uses in part.uses.items() if name != OPEN_HALF_DAY})
        for charge in part.priced.ledger:
            priced.add(charge.name)
            if not charge.breach:
                terms[charge.name] += len(charge.amount.literals)
        for name, tally in part.priced.tally.items():
            variables[name] += tally.variables
            constraints[name] += tally.constraints
        removes.update(_removed(part.whole))
    every = sum(terms.values()) or 1
    names = dict.fromkeys([r.id for r in RULES if is_on(r, policy)])
    names.update(dict.fromkeys(sorted({*terms, *priced, *variables} - {OPEN_HALF_DAY})))
    prices = Prices(policy, parts[0].problem.profile if parts else policy.solve.profiles["standard"])
    rows = [
        Row(
            name,
            spoken(stated := prices.of(BY_ID.get(name, name))),
            variables[name],
            constraints[name],
            removes[name],
            stated.weight if isinstance(stated, Soft) else None,
            terms[name] / every,
        )
        for name in names
    ]
    return tuple(sorted(rows, key=lambda r: (-r.share, -r.removes, r.rule)))


def spoken(stated: Enforcement) -> str:
    """`hard`, `soft:TIER` or `check_only`."""
    if isinstance(stated, Hard):
        return "hard"
    return f"soft:{stated.tier}" if isinstance(stated, Soft) else "check_only"


def _removed(build: Build) -> Counter[str]:
    """Choices that hard rules take away, by rule."""
    found: Counter[str] = Counter()
    forbidding = [c for c in in_force(build) if c.forbids and isinstance(build.prices.of(c.rule), Hard)]
    for person, slot, options in build.variables.decided():
        if slot.date in build.problem.window and not build.problem.is_free(person, slot):
            continue
        for code in options:
            for constraint in forbidding:
                assert constraint.forbids is not None
                found[constraint.rule.id] += constraint.forbids(build, person, slot, code)
    return found


def effort_of(problem: Problem, effort: float) -> Effort:
    """Solve the block as a run would, half-days and then open ward days, within this effort."""
    asked = replace(problem, settings=replace(problem.settings, effort=max(_LEAST_EFFORT, effort)))
    block = solve_by_sites(asked)
    off = solve_days_off(replace(asked, stage=Stage.DAYS_OFF, calls_free=False))
    # An empty model is solved, and proves nothing because there is nothing to prove.
    proved = block.proved and (off.proved or not off.cells)
    return Effort(block.effort + off.effort, proved, block.status is Status.INFEASIBLE)


def seconds_of(effort: Effort, parts: Sequence[Part]) -> float:
    """The effort in seconds of one quiet core, with what building the models takes."""
    terms = sum(u.terms for part in parts if part.stage is not Stage.CALLS for u in part.uses.values())
    return effort.units * _SECONDS_PER_UNIT + terms * _SECONDS_PER_TERM


def with_savings(
    rows: Sequence[Row], parts: Sequence[Part], problem: Problem, whole: Effort, budget: Budget
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows, and the costliest rules: what the solve spends less without each was measured while the effort lasted.

    Rules that only have a place among the duties cost the block's solve nothing and are not measured.
    """
    steering = [r for r in rows if r.rule in BY_ID and (r.share or r.removes)][:COSTLIEST]
    solved = {name for part in parts if part.stage is not Stage.CALLS for name in part.uses}
    each = seconds_of(whole, parts)
    saves: dict[str, float] = {}
    for row in steering:
        if row.rule not in solved:
            continue
        if not whole.proved or budget.left < whole.units or (len(saves) + 1) * each > _MEASURING_SECONDS:
            budget.unsure = whole.proved
            break
        without = effort_of(switched_off(problem, row.rule), min(budget.left, 2 * whole.units))
        budget.spent += without.units
        saves[row.rule] = whole.units - without.units
    told = tuple(replace(row, saves=saves.get(row.rule)) for row in rows)
    return told, tuple(row.rule for row in steering)


def unpriced(policy: Policy, problem: Problem) -> tuple[str, ...]:
    """Rules that would steer and are priced at zero."""
    prices = Prices(policy, problem.profile)
    soft = [r for r in RULES if isinstance(r.enforcement, Soft) and is_on(r, policy)]
    return tuple(r.id for r in soft if isinstance(prices.of(r), CheckOnly))

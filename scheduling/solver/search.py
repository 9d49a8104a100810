"""Run a model to the end: tier after tier, each with its proof.

One worker with a full LP, limits in deterministic effort only, integer objectives and no gap limit: the same model, seed and
effort give the same solution in every process. Most tiers of a healthy program can be had in full or nearly so; the search first
asks for that, from below, and falls back on the LP.
"""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model

from scheduling.rules.rule import Tier
from scheduling.solver.build import Build
from scheduling.solver.engine import Engine, whole_bound
from scheduling.solver.objective import TIERS, Breach, Ledger
from scheduling.solver.problem import Settings
from scheduling.solver.progress import Listener, Silence, Stop
from scheduling.solver.status import Outcome, Status, TierProof, evaluate
from scheduling.solver.sums import Sum

SOON_EFFORT = 0.75
"""Effort for proving, by conflicts, an optimum near the trivial bound."""

ALL_SHARE = 0.2
"""Share of the effort for having every tier but the last in full at once."""

TIER_SHARE = 0.6
"""Share of the effort that is left for minimising one tier; what it does not need, the next ones have."""

LEAST_EFFORT = 0.05


def run(
    build: Build,
    settings: Settings,
    *,
    listener: Listener | None = None,
    stop: Stop | None = None,
    phase: str = "",
    hint: Sequence[int] = (),
) -> Outcome:
    """Solve a build tier by tier; its model stays as it is.

    `hint` gives values of every variable to start from (only where reproducibility was given up). WallGuardError when
    the wall-clock guard strikes; nothing else depends on the clock.
    """
    guard = build.policy.solve.wall_guard_seconds
    engine = Engine(settings, guard, listener or Silence(), stop or Stop(), phase)
    return _Search(build, engine, tuple(hint)).run()


class _Search:
    def __init__(self, build: Build, engine: Engine, hint: tuple[int, ...]) -> None:
        self.build = build
        self.engine = engine
        self.hint = hint
        self.values: tuple[int, ...] = ()
        self.totals = {tier: build.ledger.total(tier) for tier in TIERS}
        self.tiers = [tier for tier in TIERS if not self.totals[tier].fixed]
        self.bounds = {tier: self.totals[tier].low for tier in TIERS}
        self.efforts = dict.fromkeys(TIERS, 0.0)
        self.held: list[tuple[Sum, int]] = []

    @property
    def left(self) -> float:
        return max(LEAST_EFFORT, self.engine.settings.effort - self.engine.spent)

    @property
    def stopped(self) -> bool:
        return self.engine.stop.is_set

    def run(self) -> Outcome:
        if not self.tiers:
            status = self._try(None, [], self.left)
            return self._end(Status.OPTIMAL if self.values else status)
        status = Status.CANCELLED
        for tier in self._all_in_full():
            if self.stopped:
                break
            status = self._least(tier)
            if not self.values:
                break
        if not self.values:
            return self._end(Status.CANCELLED if self.stopped else status)
        if all(evaluate(self.totals[t], self.values) == self.bounds[t] for t in TIERS):
            return self._end(Status.OPTIMAL)
        return self._end(Status.CANCELLED if self.stopped else Status.FEASIBLE)

    def _all_in_full(self) -> list[Tier]:
        """Try every tier but the last in full while minimising the last; the tiers that are still to be done."""
        *upper, last = self.tiers
        if not upper:
            return [last]
        shut = [(c.amount, c.amount.low) for t in upper for c in self.build.ledger.charges(t) if not c.amount.fixed]
        status = self._try(last, shut, min(self.left, SOON_EFFORT), by_cores=True)
        if status in (Status.OPTIMAL, Status.INFEASIBLE):
            return [] if status is Status.OPTIMAL else self.tiers
        status = self._try(last, shut, self.left * ALL_SHARE)
        if status in (Status.OPTIMAL, Status.FEASIBLE):
            self.held.extend(shut)
        return {Status.OPTIMAL: [], Status.FEASIBLE: [last]}.get(status, self.tiers)

    def _least(self, tier: Tier) -> Status:
        """Minimise a tier and hold what it reached."""
        status = self._try(tier, [], min(self.left, SOON_EFFORT), by_cores=True)
        if status is Status.UNKNOWN or status is Status.FEASIBLE:
            status = self._try(tier, [], self.left * (1.0 if tier is self.tiers[-1] else TIER_SHARE))
        if self.values:
            self.held.append((self.totals[tier], evaluate(self.totals[tier], self.values)))
        return status

    def _try(
        self, least: Tier | None, limits: list[tuple[Sum, int]], effort: float, *, by_cores: bool = False
    ) -> Status:
        """One engine call; keeps the values of a solution and the bound of what was minimised."""
        if self.stopped:
            return Status.UNKNOWN
        model = self.build.model.clone()
        for total, bound in (*self.held, *limits):
            model.add_linear_constraint(total.expression(), cp_model.INT_MIN, bound)
        if least is not None:
            model.minimize(self.totals[least].expression())
        for index, value in enumerate(self.values or self.hint):
            model.add_hint(model.get_int_var_from_proto_index(index), value)
        before = self.engine.spent
        solver, status = self.engine.solve(model, effort, least, by_cores=by_cores)
        if least is not None:
            self.efforts[least] += self.engine.spent - before
        if status in (Status.OPTIMAL, Status.FEASIBLE):
            self.values = tuple(solver.response_proto.solution)
        if least is not None and not limits and status is not Status.INFEASIBLE:
            self.bounds[least] = max(self.bounds[least], whole_bound(solver.best_objective_bound))
        elif least is not None and status is Status.OPTIMAL:
            self.bounds[least] = evaluate(self.totals[least], self.values)
        return status

    def _end(self, status: Status) -> Outcome:
        proofs: tuple[TierProof, ...] = ()
        if self.values or not self.build.model.proto.variables:
            proofs = tuple(
                TierProof(
                    tier,
                    evaluate(self.totals[tier], self.values),
                    self.bounds[tier],
                    self.efforts[tier],
                    breaches_of(self.build.ledger, tier, self.values),
                )
                for tier in TIERS
            )
        engine = self.engine
        return Outcome(status, proofs, self.values, engine.spent, engine.first, engine.seconds)


def breaches_of(ledger: Ledger, tier: Tier, values: Sequence[int]) -> tuple[Breach, ...]:
    """What of a tier costs anything under the values."""
    found = []
    for charge in ledger.charges(tier):
        amount = evaluate(charge.amount, values)
        if amount > 0:
            found.append(Breach(tier, charge.name, charge.where, amount, charge.weight))
    return tuple(sorted(found, key=lambda b: (b.name, b.where.people, b.where.dates, b.where.part or 0, b.where.note)))

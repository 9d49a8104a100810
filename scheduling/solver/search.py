"""Run a model to the end: tier after tier, each with its proof.

One worker, limits in deterministic effort only, integer objectives and no gap limit: the same model, seed and effort give the
same solution in every process. Most tiers of a healthy program can be had in full or nearly so: the search first asks for
that, from below, then for a schedule that breaks nothing and whether breaking something would be better, and falls back
on the LP.
"""

from __future__ import annotations

from collections.abc import Sequence

from ortools.sat.python import cp_model

from scheduling.rules.rule import Tier
from scheduling.solver.build import Build
from scheduling.solver.engine import Engine, Known, whole_bound
from scheduling.solver.objective import TIERS, Breach, Ledger
from scheduling.solver.problem import Settings
from scheduling.solver.progress import Listener, Silence, Stop
from scheduling.solver.status import Outcome, Status, TierProof, evaluate
from scheduling.solver.sums import Sum

AT_ONCE_EFFORT = 0.3
"""Effort for proving, by conflicts, that every tier can be had at its trivial bound or near it."""

SOON_EFFORT = 0.25
"""Effort for proving, by conflicts, one tier's optimum near its trivial bound."""

SOON_SHARE = 0.2
"""Share of the effort that is left for a first try in which nothing is broken."""

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
            return self._end(Status.OPTIMAL if self.values else Status.CANCELLED if self.stopped else status)
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
        """Try every tier but the last in full, and the last as good as may be; the tiers that are still to be done."""
        *upper, last = self.tiers
        if not upper:
            return [last]
        shut = [limit for tier in upper for limit in self._shut(tier, breaches_only=False)]
        status = self._try(last, shut, min(self.left, AT_ONCE_EFFORT), by_cores=True, proves=False)
        if status in (Status.FEASIBLE, Status.UNKNOWN) and not self._soon(last, shut):
            status = self._try(last, shut, self.left * SOON_SHARE, proves=False)
            if status is Status.UNKNOWN:
                return self.tiers
        if status is Status.INFEASIBLE:
            return self.tiers
        self.held.extend(shut)
        if status is Status.OPTIMAL:
            self.bounds[last] = evaluate(self.totals[last], self.values)
        return [] if self._proved(last) else [last]

    def _soon(self, tier: Tier, shut: list[tuple[Sum, int]]) -> bool:
        """Minimise a tier with nothing broken in it, then ask whether breaking something would be better.

        Few schedules are left when nothing may be broken, and what they cost is mostly what the whole tier must cost: both
        questions are quick. True when there is such a schedule; it is held, and the tier's bound with it.
        """
        none = [*shut, *self._shut(tier, breaches_only=True)]
        if self._try(tier, none, self.left * SOON_SHARE, proves=False) is not Status.OPTIMAL:
            return False
        reached = evaluate(self.totals[tier], self.values)
        if reached > self.bounds[tier]:
            better = [*shut, (self.totals[tier], reached - 1)]
            if self._try(None, better, self.left * SOON_SHARE, at=tier) is not Status.INFEASIBLE:
                return True
        self.bounds[tier] = reached
        return True

    def _least(self, tier: Tier) -> Status:
        """Minimise a tier and hold what it reached."""
        status = self._try(tier, [], min(self.left, SOON_EFFORT), by_cores=True)
        if status in (Status.UNKNOWN, Status.FEASIBLE):
            status = self._try(tier, [], self.left * (1.0 if tier is self.tiers[-1] else TIER_SHARE))
        if self.values:
            self.held.append((self.totals[tier], evaluate(self.totals[tier], self.values)))
        return status

    def _proved(self, tier: Tier) -> bool:
        return evaluate(self.totals[tier], self.values) == self.bounds[tier]

    def _shut(self, tier: Tier, *, breaches_only: bool) -> list[tuple[Sum, int]]:
        charges = self.build.ledger.charges(tier)
        wanted = (c for c in charges if not c.amount.fixed and (c.breach or not breaches_only))
        return [(c.amount, c.amount.low) for c in wanted]

    def _try(
        self,
        least: Tier | None,
        limits: list[tuple[Sum, int]],
        effort: float,
        *,
        by_cores: bool = False,
        proves: bool = True,
        at: Tier | None = None,
    ) -> Status:
        """One engine call under limits; keeps the values of a solution and, if it `proves`, the bound of what is minimised."""
        if self.stopped:
            return Status.UNKNOWN
        model = self.build.model.clone()
        for total, bound in (*self.held, *limits):
            model.add_linear_constraint(total.expression(), cp_model.INT_MIN, bound)
        if least is not None:
            model.minimize(self.totals[least].expression())
        for index, value in enumerate(self.values or self.hint):
            model.add_hint(model.get_int_var_from_proto_index(index), value)
        tier, before = least or at, self.engine.spent
        known = None
        if tier is not None and (least is None or not proves):
            known = Known(self.totals[tier], self.bounds[tier])
        solver, status = self.engine.solve(model, effort, tier, by_cores=by_cores, known=known)
        if tier is not None:
            self.efforts[tier] += self.engine.spent - before
        if status in (Status.OPTIMAL, Status.FEASIBLE):
            self.values = tuple(solver.response_proto.solution)
        if least is not None and proves and status is not Status.INFEASIBLE:
            self.bounds[least] = max(self.bounds[least], whole_bound(solver.best_objective_bound))
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

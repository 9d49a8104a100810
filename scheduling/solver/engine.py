"""One call of the engine: its parameters, its limits, how it is watched and stopped."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass

from ortools.sat.python import cp_model

from scheduling.model.errors import UserError
from scheduling.rules.rule import Tier
from scheduling.solver.problem import Settings
from scheduling.solver.progress import Listener, Progress, Stop
from scheduling.solver.status import Status, evaluate
from scheduling.solver.sums import Sum

_STATUS = {
    cp_model.OPTIMAL: Status.OPTIMAL,
    cp_model.FEASIBLE: Status.FEASIBLE,
    cp_model.INFEASIBLE: Status.INFEASIBLE,
    cp_model.UNKNOWN: Status.UNKNOWN,
}


class WallGuardError(UserError):
    """The solve took longer than the program's guard allows."""

    code = "timeout"


def configure(solver: cp_model.CpSolver, settings: Settings, effort: float, *, by_cores: bool = False) -> None:
    """Set the measured parameters: one worker and a full LP, or the portfolio, which is not reproducible.

    `by_cores` raises the bound from below by conflicts instead, without an LP: an optimum near the trivial bound is proved
    several times sooner that way, any other hardly at all.
    """
    parameters = solver.parameters
    parameters.random_seed = settings.seed
    parameters.linearization_level = 0 if by_cores else 2
    parameters.optimize_with_core = by_cores
    parameters.absolute_gap_limit = 0.0
    parameters.relative_gap_limit = 0.0
    parameters.max_deterministic_time = effort
    if settings.deterministic or by_cores:
        parameters.num_workers = 1
    else:
        parameters.num_workers = 2
        parameters.subsolvers.extend(["max_lp", "reduced_costs"])


def whole_bound(bound: float) -> int:
    """The integer bound of an integer objective: fractions round up, whole values stand up to the engine's noise."""
    return math.ceil(bound - 1e-6)


@dataclass(frozen=True, slots=True)
class Known:
    """A tier's total, and the bound that is proved of it so far."""

    total: Sum
    bound: int


class Engine:
    """Solves models one after the other under one clock, one stop and one listener. Effort spent adds up."""

    def __init__(self, settings: Settings, guard_seconds: float, listener: Listener, stop: Stop, phase: str) -> None:
        self.settings = settings
        self.guard = guard_seconds
        self.listener = listener
        self.stop = stop
        self.phase = phase
        self.started = time.monotonic()
        self.spent = 0.0
        self.first: float | None = None

    @property
    def seconds(self) -> float:
        """Wall time since the engine was made."""
        return time.monotonic() - self.started

    def solve(
        self, model: cp_model.CpModel, effort: float, tier: Tier | None, *, by_cores: bool, known: Known | None = None
    ) -> tuple[cp_model.CpSolver, Status]:
        """Run one model. WallGuardError when the clock's guard strikes.

        `known` speaks for the tier where the model asks less than the tier's minimum: what such a search reaches, and its
        bound, are no figures of the tier.
        """
        solver = cp_model.CpSolver()
        configure(solver, self.settings, effort, by_cores=by_cores)
        ear = _Ear(self, tier, known)
        solver.best_bound_callback = ear.bound
        done, late = threading.Event(), threading.Event()
        watchers = (
            threading.Thread(target=self.stop.watch, args=(solver.stop_search, done), daemon=True),
            threading.Thread(target=self._guard, args=(done, late), daemon=True),
        )
        for watcher in watchers:
            watcher.start()
        try:
            found = solver.solve(model, ear)
        finally:
            done.set()
            for watcher in watchers:
                watcher.join()
        self.spent += solver.deterministic_time
        if late.is_set():
            raise WallGuardError(hint=f"the guard is {self.guard:g} s (policy solve.wall_guard_seconds)")
        if found == cp_model.MODEL_INVALID:
            raise RuntimeError(model.validate())
        return solver, _STATUS[found]

    def _guard(self, done: threading.Event, late: threading.Event) -> None:
        if not done.wait(max(0.0, self.started + self.guard - time.monotonic())):
            late.set()
            self.stop.set()


class _Ear(cp_model.CpSolverSolutionCallback):
    """Passes solutions and bounds on; runs in the engine's thread."""

    def __init__(self, engine: Engine, tier: Tier | None, known: Known | None) -> None:
        super().__init__()
        self._engine = engine
        self._tier = tier
        self._known = known
        self._incumbent: int | None = None

    def on_solution_callback(self) -> None:
        """A better solution."""
        if self._engine.first is None:
            self._engine.first = self._engine.seconds
        values: Sequence[int] = self.response_proto.solution
        self._incumbent = round(self.objective_value) if self._known is None else evaluate(self._known.total, values)
        self._tell(self.best_objective_bound)
        if self._tier is not None:
            self._engine.listener.incumbent(self._tier, values)

    def bound(self, bound: float) -> None:
        """A better bound."""
        self._tell(bound)

    def _tell(self, bound: float) -> None:
        if math.isfinite(bound):
            engine = self._engine
            proved = whole_bound(bound) if self._known is None else self._known.bound
            engine.listener.progress(Progress(engine.phase, self._tier, self._incumbent, proved, engine.seconds))

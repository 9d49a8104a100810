"""Minimal sets of conditions that cannot hold together: found by assumptions, thinned by deletion, proved by a second solve.

Every test has its own limit of deterministic effort and all of a question together a budget. A test that ends undecided counts
as feasible, so a set is never too small; that it may be too large is then said.
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ortools.sat.python import cp_model

from scheduling.solver.block import OPEN_HALF_DAY
from scheduling.solver.build import Build, Instance
from scheduling.solver.progress import Stop

TEST_EFFORT = 5.0
"""Effort of one test of a set."""

_LEAST_EFFORT = 0.01

_FIXED = ("prog.one_activity", OPEN_HALF_DAY, "prog.vas_slots", "prog.post_call_tied", "prog.fmit_recovery")
"""What nobody can change goes first: a core that can do without it names something else."""

_ASKED = ("prog.requirement", "call_gap", "fmit_gap")
"""What is only asked for goes last."""


@dataclass(slots=True)
class Budget:
    """Deterministic effort for many small solves. `unsure` says that some solve ended undecided, as all do after a stop."""

    limit: float = math.inf
    stop: Stop = field(default_factory=Stop)
    spent: float = 0.0
    unsure: bool = False

    @property
    def left(self) -> float:
        """What may still be spent."""
        return max(0.0, self.limit - self.spent)

    @property
    def over(self) -> bool:
        """True when nothing is left."""
        return self.left <= _LEAST_EFFORT

    def solve(self, model: cp_model.CpModel, effort: float, *, presolve: bool) -> tuple[cp_model.CpSolver, int]:
        """Run a model with one worker; what it took is spent."""
        solver = cp_model.CpSolver()
        if self.stop.is_set:
            self.unsure = True
            return solver, int(cp_model.UNKNOWN)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 0
        solver.parameters.cp_model_presolve = presolve
        solver.parameters.linearization_level = 1
        solver.parameters.max_deterministic_time = max(_LEAST_EFFORT, min(effort, self.left))
        done = threading.Event()
        watcher = threading.Thread(target=self.stop.watch, args=(solver.stop_search, done), daemon=True)
        watcher.start()
        try:
            found = int(solver.solve(model))
        finally:
            done.set()
            watcher.join()
        self.spent += solver.deterministic_time
        self.unsure = self.unsure or found == cp_model.UNKNOWN
        return solver, found


def rank(instance: Instance) -> int:
    """0 for what nobody can change, 2 for what is only asked for, 1 for all else."""
    return 0 if instance.rule in _FIXED else 2 if instance.rule in _ASKED else 1


def ordered(build: Build) -> list[Instance]:
    """Every condition of an explaining build, those nobody can change first."""
    return sorted(
        build.switches, key=lambda i: (rank(i), i.rule, i.where.dates, i.where.people, i.where.part or 0, i.where.note)
    )


def find_core(build: Build, conditions: Sequence[Instance], budget: Budget) -> list[Instance] | None:
    """Conditions that conflict, not yet few; None when all of them hold together, or that was not decided."""
    model = build.model.clone()
    model.add_assumptions([build.switches[c] for c in conditions])
    solver, found = budget.solve(model, TEST_EFFORT, presolve=False)
    if found != cp_model.INFEASIBLE:
        return None
    picked = set(solver.sufficient_assumptions_for_infeasibility())
    chosen = [c for c in conditions if build.switches[c].index in picked]
    return chosen or list(conditions)


def thinned(build: Build, conditions: list[Instance], budget: Budget) -> list[Instance]:
    """Drop whatever the conflict can do without, hardest to change first: all that is left is needed."""
    kept = list(conditions)
    place = 0
    while place < len(kept):
        fewer = kept[:place] + kept[place + 1 :]
        if not conflicting(build, fewer, budget):
            place += 1
            continue
        smaller = find_core(build, fewer, budget) or fewer
        needed = set(kept[:place])
        kept = [c for c in kept if c in needed or c in smaller]
    return kept


def conflicting(build: Build, conditions: Iterable[Instance], budget: Budget) -> bool:
    """True when these conditions alone, all others off, cannot hold: by another way (presolve on, no assumptions)."""
    wanted = set(conditions)
    model = build.model.clone()
    for condition, switch in build.switches.items():
        model.add_bool_and([switch if condition in wanted else ~switch])
    _, found = budget.solve(model, TEST_EFFORT, presolve=True)
    return found == cp_model.INFEASIBLE

"""The solver: proved how soon, beside the engine's default portfolio on the very same model.

Every case runs in a process of its own, one after the other, on as quiet a machine as there is: build and search in
seconds of wall time, the median over seeds for ours, memory as the process's peak. "within" is the time from which the
last tier's incumbent stays inside 5 or 1 percent of its final value. `python -m benchmarks.solver CASE [SEEDS]` runs the
cases whose name begins so.
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace

from ortools.sat.python import cp_model

from benchmarks.solver_cases import Case, block_problem, cases
from scheduling.rules.rule import Tier
from scheduling.solver.garbage import collect_rarely
from scheduling.solver.objective import TIERS
from scheduling.solver.progress import Progress
from scheduling.solver.sites import certify, solve_by_sites
from scheduling.solver.status import Status

PORTFOLIO_SECONDS = 60.0
SEEDS = 5


@dataclass
class Row:
    """One line of the table, in seconds and MiB; None where it never came to that."""

    case: str
    way: str
    build: float
    first: float | None = None
    within5: float | None = None
    within1: float | None = None
    proved: float | None = None
    gap: float = 0.0
    score: tuple[int, ...] = ()
    memory: int = 0


class _Ear:
    def __init__(self) -> None:
        self.started = time.monotonic()
        self.seen: list[tuple[float, Tier, int]] = []

    def progress(self, progress: Progress) -> None:
        if progress.tier is not None and progress.incumbent is not None:
            self.seen.append((time.monotonic() - self.started, progress.tier, progress.incumbent))

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        pass

    def first(self) -> float | None:
        return self.seen[0][0] if self.seen else None

    def within(self, share: float, final: Sequence[int]) -> float | None:
        """When the last tier that was searched came inside the share for good."""
        if not self.seen:
            return None
        last = self.seen[-1][1]
        limit = final[TIERS.index(last)] * (1 + share)
        found = None
        for at, tier, incumbent in self.seen:
            if tier is not last or incumbent > limit:
                found = None
            elif found is None:
                found = at
        return found


def ours(case: Case, seed: int) -> Row:
    """The product's way: its parameters, its decomposition."""
    problem = case.problem(seed)
    started = time.monotonic()
    case.build(problem)
    row = Row(case.name, "ours", time.monotonic() - started)
    ear = _Ear()
    solution = case.solve(problem, listener=ear)
    took = time.monotonic() - ear.started
    row.first, row.score = ear.first(), solution.score
    row.within5, row.within1 = ear.within(0.05, solution.score), ear.within(0.01, solution.score)
    row.proved = took if solution.status is Status.OPTIMAL else None
    total, bound = sum(t.objective for t in solution.tiers), sum(t.bound for t in solution.tiers)
    row.gap = (total - bound) / max(1, total)
    return row


def portfolio(case: Case) -> Row:
    """The same model, tier by tier, under the default portfolio with both cores and a minute of wall time."""
    problem = case.problem(0)
    started = time.monotonic()
    build = case.build(problem)
    row = Row(case.name, "portfolio", time.monotonic() - started)
    ear = _Ear()
    model = build.model
    proved = True
    score = []
    for tier in TIERS:
        total = build.ledger.total(tier)
        if total.fixed:
            score.append(total.constant)
            continue
        model.minimize(total.expression())
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 2
        solver.parameters.max_time_in_seconds = max(0.5, PORTFOLIO_SECONDS - (time.monotonic() - ear.started))
        status = solver.solve(model, _Heard(ear, tier))
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            proved = False
            break
        proved = proved and status == cp_model.OPTIMAL
        reached = round(solver.objective_value)
        score.append(reached)
        row.gap = max(row.gap, (reached - solver.best_objective_bound) / max(1, abs(reached)))
        model.clear_objective()  # type: ignore[no-untyped-call]  # the engine's stubs leave it out
        model.add_linear_constraint(total.expression(), cp_model.INT_MIN, reached)
    took = time.monotonic() - ear.started
    row.score = tuple(score)
    row.first = ear.first()
    if len(score) == len(TIERS):
        row.within5, row.within1 = ear.within(0.05, score), ear.within(0.01, score)
    row.proved = took if proved else None
    return row


class _Heard(cp_model.CpSolverSolutionCallback):
    def __init__(self, ear: _Ear, tier: Tier) -> None:
        super().__init__()
        self._ear, self._tier = ear, tier

    def on_solution_callback(self) -> None:
        self._ear.progress(Progress("portfolio", self._tier, round(self.objective_value)))


def _alone(way: str, name: str, seed: int) -> Row:
    """Run one case in a process of its own."""
    done = subprocess.run(  # noqa: S603 - this very module
        [sys.executable, "-m", "benchmarks.solver", "--one", way, name, str(seed)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Row(**json.loads(done.stdout))


def _one(way: str, name: str, seed: int) -> None:
    case = next(c for c in cases() if c.name == name)
    row = ours(case, seed) if way == "ours" else portfolio(case)
    row.memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(asdict(row)))


def _print(row: Row, target: str) -> None:
    def shown(seconds: float | None) -> str:
        return "     -" if seconds is None else f"{seconds:6.2f}"

    print(
        f"{row.case:<32} {row.way:<10} {target:>11} {row.build:6.2f} {shown(row.first)} {shown(row.within5)} "
        f"{shown(row.within1)} {shown(row.proved)} {row.gap:7.1%} {row.memory:5d}  {tuple(row.score)}",
        flush=True,
    )


def _median(rows: Sequence[Row]) -> Row:
    middle = sorted(rows, key=lambda r: (r.proved is None, r.proved or 0.0))[len(rows) // 2]
    return replace(
        middle,
        build=statistics.median(r.build for r in rows),
        gap=statistics.median(r.gap for r in rows),
        memory=max(r.memory for r in rows),
    )


def _ten_large() -> None:
    """Ten large programs, one after the other and as a worker with two places does; one certificate by the block as one model."""
    problems = [block_problem("large", 5, program_seed=seed) for seed in range(10)]
    for places in (1, 2):
        started = time.monotonic()
        with ThreadPoolExecutor(places) as pool:
            solutions = list(pool.map(solve_by_sites, problems))
        took = time.monotonic() - started
        proved = sum(s.status is Status.OPTIMAL for s in solutions)
        print(
            f"ten large blocks, {places} at a time: {took:.1f} s, {proved} of 10 proved (asked: <= 30 s on two cores)"
        )
    certificate = certify(problems[0], solutions[0])
    print(f"certificate of a large block: {certificate.seconds:.1f} s, holds: {certificate.holds} (asked: <= 60 s)")


def main(wanted: str = "", seeds: int = SEEDS) -> None:
    """Print the table."""
    head = f"{'case':<32} {'way':<10} {'asked':>11} {'build':>6} {'first':>6} {'5 %':>6} {'1 %':>6} {'proved':>6}"
    print(f"{head} {'gap':>7} {'MiB':>5}  score by tier")
    for case in cases():
        if case.name.startswith(wanted):
            _print(_median([_alone("ours", case.name, seed) for seed in range(seeds)]), case.target)
            _print(_alone("portfolio", case.name, 0), "")
    if "ten".startswith(wanted) or not wanted:
        _ten_large()


if __name__ == "__main__":
    collect_rarely()  # as the processes that solve do
    if sys.argv[1:2] == ["--one"]:
        _one(sys.argv[2], sys.argv[3], int(sys.argv[4]))
    else:
        main(sys.argv[1] if sys.argv[1:] else "", int(sys.argv[2]) if sys.argv[2:] else SEEDS)

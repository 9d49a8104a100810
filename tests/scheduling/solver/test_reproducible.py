from __future__ import annotations

import os
import pickle
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.rules.rule import Tier
from scheduling.rules.validation import validate
from scheduling.solver.block import build_block, solve_block
from scheduling.solver.calls_year import build_calls, solve_calls
from scheduling.solver.engine import Engine, WallGuardError
from scheduling.solver.problem import Problem, Settings, Stage
from scheduling.solver.progress import Progress, Stop
from scheduling.solver.search import run
from scheduling.solver.status import Status
from tests.scheduling.solver.solve_demo import hashes
from tests.scheduling.solver.solver_programs import (
    YEAR,
    changed,
    demo_block,
    demo_year,
    roster_of,
    settings,
    with_policy,
)

ROOT = Path(__file__).parents[3]


def _in_process(hash_seed: str, seed: int = 0) -> list[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.scheduling.solver.solve_demo", str(seed)],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        capture_output=True,
        text=True,
        check=True,
        timeout=240,
    )
    return done.stdout.split()


@pytest.mark.timeout(1800)
def test_the_same_input_gives_the_same_bytes_in_every_process_and_under_every_hash_seed(full_counts: bool) -> None:
    """Problem hashes and canonical solution bytes, block and calls, over three hash seeds (20 processes in full)."""
    expected = hashes(0)
    for number in range(20 if full_counts else 3):
        assert _in_process(("0", "1", "4242")[number % 3]) == expected


def test_another_seed_is_another_problem_and_no_worse() -> None:
    """The seed is part of the request's hash; every seed proves the same objective."""
    scores = set()
    digests = set()
    for seed in range(3):
        problem = demo_block("usual", 0, 7, settings=settings(seed=seed))
        solution = solve_block(problem)
        scores.add(solution.score)
        digests.add(problem.digest)
        assert solution.status is Status.OPTIMAL
    assert len(scores) == 1
    assert len(digests) == 3


def test_names_and_today_are_no_part_of_a_problem() -> None:
    """People's names and absences' reasons, and the date it is asked on, change neither hash nor answer."""
    problem = demo_block("usual", 0, 5)
    program = problem.roster.program
    people = tuple(replace(p, name=f"Name of {p.id}") for p in program.people)
    absences = tuple(replace(a, reason="private") for a in program.absences)
    clock = replace(program.clock, pinned=None)
    other = replace(program, people=people, absences=absences, clock=clock)
    renamed = replace(problem, roster=replace(problem.roster, program=other))
    assert renamed.digest == problem.digest


def test_every_figure_of_the_policy_is_part_of_a_problem() -> None:
    """Another limit asks another question."""
    program, record = demo_year()
    problem = demo_block("usual", 0, 5)
    other = with_policy(program, changed(rooms={"soft": 5}))
    roster = roster_of(other, record, problem.roster.window)
    assert replace(problem, roster=roster).digest != problem.digest


def test_a_problem_travels_between_processes() -> None:
    """Pickled and read back it is the same question, also when the roster was measured before."""
    problem = demo_block("usual", 0, 5)
    validate(problem.roster, problem.window)
    assert pickle.loads(pickle.dumps(problem)).digest == problem.digest


class _Ear:
    def __init__(self) -> None:
        self.told: list[Progress] = []
        self.better: list[tuple[Tier, int]] = []
        self.heard = threading.Event()

    def progress(self, progress: Progress) -> None:
        self.told.append(progress)

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        self.better.append((tier, len(values)))
        self.heard.set()


def _long_problem(**more: object) -> Problem:
    """A year of calls for a large program: some seconds of search."""
    program, record = demo_year("large")
    bare = type(record)(record.year, record.halves)
    base = roster_of(program, bare, YEAR.widen(7, 7))
    return Problem(Stage.CALLS, base, YEAR, weeks_free=True, calls_free=True, settings=settings(**more))


def test_progress_and_incumbents_are_told_and_change_nothing() -> None:
    """Phase, tier, incumbent, bound and seconds while it runs; the same bytes as without a listener."""
    problem = demo_block("usual", 0, 7)
    ear = _Ear()
    solution = solve_block(problem, listener=ear)
    assert solution.packed == solve_block(problem).packed
    assert {p.phase for p in ear.told} == {"block"}
    told = [p for p in ear.told if p.incumbent is not None and p.bound is not None]
    assert told
    assert all(p.gap is not None and p.gap >= 0 for p in told)
    assert {n for _, n in ear.better} == {len(build_block(problem).model.proto.variables)}


@pytest.mark.parametrize("delay", [0.0, 0.3, 1.0])
def test_a_search_stops_within_a_second_and_keeps_its_incumbent(delay: float) -> None:
    """Whenever it is told; with a schedule where one was found, cancelled where none was.

    It takes 0.1 to 0.8 s; the bound only tells a search that was stopped from one that ran to its end.
    """
    build = build_calls(_long_problem())
    stop, ear = Stop(), _Ear()
    asked: list[float] = []

    def ask() -> None:
        time.sleep(delay)
        asked.append(time.monotonic())
        stop.set()

    asker = threading.Thread(target=ask)
    asker.start()
    outcome = run(build, settings(), listener=ear, stop=stop)
    took = time.monotonic() - asked[0] if asked else 0.0
    asker.join()
    assert outcome.status in (Status.CANCELLED, Status.OPTIMAL)
    assert took < 20
    assert bool(outcome.values) or not ear.better


def test_a_stop_before_the_start_is_heeded() -> None:
    """Nothing is searched."""
    stop = Stop()
    stop.set()
    solution = solve_calls(_long_problem(), stop=stop)
    assert solution.status is Status.CANCELLED
    assert not solution.found


def test_the_wall_guard_fails_a_run_and_decides_nothing() -> None:
    """The clock may only end a run with an error."""
    build = build_calls(_long_problem())
    engine = Engine(build.problem.settings, 0.05, _Ear(), Stop(), "calls")
    with pytest.raises(WallGuardError, match="guard"):
        engine.solve(build.model, 50.0, None, by_cores=False)


def test_the_portfolio_proves_the_same_objective() -> None:
    """Not reproducible, and it says so in its settings."""
    problem = demo_block("usual", 0, 7, settings=Settings(deterministic=False, effort=20.0))
    solution = solve_block(problem)
    assert solution.score == solve_block(demo_block("usual", 0, 7)).score


def test_too_little_effort_gives_a_bound_and_says_how_far_it_is() -> None:
    """Not proved: status feasible or unknown, and a sentence with the gap."""
    problem = demo_block("large", 0, 5, settings=settings(effort=0.1))
    solution = solve_block(problem)
    assert solution.status in (Status.FEASIBLE, Status.UNKNOWN)
    for tier in solution.tiers:
        if not tier.proved:
            assert f"less than {tier.bound} is impossible" in tier.sentence

"""What the solver is timed on: blocks, years and rotation years of generated programs of every size."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from scheduling.model.calendar import BlockRef, year_window
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.part import Window
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.solver.block import build_block
from scheduling.solver.build import Build
from scheduling.solver.calls_year import build_calls, solve_calls
from scheduling.solver.problem import Problem, Settings, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.release import release_duties
from scheduling.solver.rotations_year import build_rotations, solve_rotations
from scheduling.solver.sites import solve_by_sites
from scheduling.solver.solution import Solution

YEAR = 2026
WHOLE = year_window(YEAR)
EFFORT = 30.0


class Solver(Protocol):
    """How the product solves a problem."""

    def __call__(self, problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
        """The best solution within the problem's effort; the listener hears of progress, the stop ends it early."""
        ...


@dataclass(frozen=True)
class Case:
    """One thing to solve: the problem for a seed, its model as one, and how the product solves it."""

    name: str
    target: str
    problem: Callable[[int], Problem]
    build: Callable[[Problem], Build]
    solve: Solver


@functools.cache
def demo(size: str, seed: int = 0) -> tuple[Program, YearRecord]:
    """A generated program and its recorded year."""
    made = build_demo(size, seed)
    return made.program(f"{size}-{seed}", Clock("America/New_York", dt.date(2026, 11, 2))), made.record()


def _roster(program: Program, record: YearRecord, window: Window) -> Roster:
    return build_roster(program, window, first_schedules(program, record, template=False))


def block_problem(size: str, number: int, seed: int = 0, *, program_seed: int = 0, calls_free: bool = False) -> Problem:
    """A block with its calls given, or decided with it."""
    program, record = demo(size, program_seed)
    block = program.calendar.block(BlockRef(YEAR, number))
    roster = _roster(program, record, block.window.widen(35, 14))
    if calls_free:
        roster = release_duties(roster, block.window, weeks=False)
    settings = Settings(seed=seed, effort=EFFORT)
    return Problem(Stage.BLOCK, roster, block.window, calls_free=calls_free, settings=settings)


def calls_problem(size: str, seed: int = 0) -> Problem:
    """Inpatient weeks and calls of a year, from nothing."""
    program, record = demo(size)
    roster = _roster(program, YearRecord(record.year, record.halves), WHOLE.widen(7, 7))
    settings = Settings(seed=seed, effort=EFFORT)
    return Problem(Stage.CALLS, roster, WHOLE, weeks_free=True, calls_free=True, settings=settings)


def rotations_problem(size: str, seed: int = 0) -> Problem:
    """Every resident's rotations over the blocks of a year."""
    program, record = demo(size)
    settings = Settings(seed=seed, effort=25.0)
    return Problem(Stage.ROTATIONS, _roster(program, record, WHOLE), WHOLE, settings=settings)


def cases() -> Iterator[Case]:
    """The table's rows, in order, with what is asked of each."""
    for size, target in (("usual", "<= 2 s"), ("bench", "<= 2 s"), ("large", "<= 5 s")):
        make = functools.partial(_block, size)
        yield Case(f"block, {size}", target, make, build_block, solve_by_sites)
    for size in ("usual", "large"):
        make = functools.partial(_block, size, calls_free=True)
        yield Case(f"block with calls free, {size}", "-", make, build_block, solve_by_sites)
    for size, people, target in (("usual", 10, "-"), ("bench", 16, "<= 3 s"), ("large", 40, "<= 8 s")):
        make = functools.partial(calls_problem, size)
        yield Case(f"FMIT and call year, {people} faculty", target, make, build_calls, solve_calls)
    for size, people, target in (("bench", 24, "<= 15 s"), ("large", 90, "5 % in 60 s")):
        make = functools.partial(rotations_problem, size)
        yield Case(f"rotation year, {people} residents", target, make, build_rotations, solve_rotations)


def _block(size: str, seed: int, *, calls_free: bool = False) -> Problem:
    return block_problem(size, 5, seed, calls_free=calls_free)

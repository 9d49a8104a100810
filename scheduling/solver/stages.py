"""A model for every stage."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from scheduling.solver.block import build_block, read_block
from scheduling.solver.build import Build
from scheduling.solver.calls_year import build_calls, read_calls
from scheduling.solver.days_off import build_days_off
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.rotations_year import build_rotations, read_rotations
from scheduling.solver.solution import Solution
from scheduling.solver.status import Outcome


def build_stage(problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build:
    """The model of the problem's stage."""
    return _BUILD[problem.stage](problem, explaining=explaining, insist=insist)


def read_stage(build: Build, outcome: Outcome) -> Solution:
    """The solution of the problem's stage."""
    return _READ[build.problem.stage](build, outcome)


class _Builder(Protocol):
    def __call__(self, problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build: ...


_BUILD: dict[Stage, _Builder] = {
    Stage.BLOCK: build_block,
    Stage.CALLS: build_calls,
    Stage.DAYS_OFF: build_days_off,
    Stage.ROTATIONS: build_rotations,
}
_READ: dict[Stage, Callable[[Build, Outcome], Solution]] = {
    Stage.BLOCK: read_block,
    Stage.CALLS: read_calls,
    Stage.DAYS_OFF: read_block,
    Stage.ROTATIONS: read_rotations,
}

"""A model for every stage."""

from __future__ import annotations

from collections.abc import Iterable

from scheduling.solver.block import build_block, read_block
from scheduling.solver.build import Build
from scheduling.solver.calls_year import build_calls, read_calls
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.solution import Solution
from scheduling.solver.status import Outcome


def build_stage(problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build:
    """The model of the problem's stage."""
    make = {Stage.BLOCK: build_block, Stage.CALLS: build_calls}[problem.stage]
    return make(problem, explaining=explaining, insist=insist)


def read_stage(build: Build, outcome: Outcome) -> Solution:
    """The solution of the problem's stage."""
    return {Stage.BLOCK: read_block, Stage.CALLS: read_calls}[build.problem.stage](build, outcome)

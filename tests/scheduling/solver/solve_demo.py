"""Solve a block and a quarter's calls of the demonstration program, and print the hash of each solution's bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import sys

from scheduling.model.part import Window
from scheduling.solver.block import solve_block
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.problem import Problem, Settings, Stage
from tests.scheduling.solver.solver_programs import YEAR, demo_block, demo_year, roster_of

QUARTER = Window(dt.date(2026, 9, 4), dt.date(2026, 11, 26))


def hashes(seed: int) -> list[str]:
    """Problem and solution of both stages."""
    settings = Settings(seed=seed, effort=10.0)
    block = demo_block("bench", 0, 7, settings=settings)
    program, record = demo_year("bench")
    bare = type(record)(record.year, record.halves)
    calls = Problem(
        Stage.CALLS,
        roster_of(program, bare, YEAR.widen(7, 7)),
        QUARTER,
        weeks_free=True,
        calls_free=True,
        settings=settings,
    )
    found = [solve_block(block).packed, solve_calls(calls).packed]
    return [block.digest, calls.digest, *(hashlib.sha256(packed).hexdigest() for packed in found)]


if __name__ == "__main__":
    sys.stdout.write(" ".join(hashes(int(sys.argv[1]))) + "\n")

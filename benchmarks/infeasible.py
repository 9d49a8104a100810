"""Infeasible: how soon the minimal core of ten planted conflicts is found and verified, by size of program.

The median of five questions each, in seconds of wall time, without the ways out. The conflicts are those of the tests.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from scheduling.solver.infeasible import explain
from tests.scheduling.solver.planted import PLANTED, Planted

ROUNDS = 5
BUDGETS = {"usual": 1.0, "large": 3.0}


def seconds(plant: Callable[[str], Planted], size: str) -> float:
    """The median time of one question."""
    planted = plant(size)
    taken = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        core = explain(planted.problem, insist=planted.insist, ways_out=False)
        taken.append(time.monotonic() - began)
        if core is None or not core.verified:
            raise RuntimeError(f"{plant.__name__}, {size}: no verified core")
    return statistics.median(taken)


def main() -> None:
    """Print the table."""
    print(f"{'conflict':24}" + "".join(f"{size:>8} (asked: <= {limit:g} s)" for size, limit in BUDGETS.items()))
    for plant in PLANTED:
        row = "".join(f"{seconds(plant, size):8.2f}{'':19}" for size in BUDGETS)
        print(f"{plant.__name__:24}{row}".rstrip(), flush=True)


if __name__ == "__main__":
    main()

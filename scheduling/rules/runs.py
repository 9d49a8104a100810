"""Maximal runs of consecutive days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def runs(held: NDArray[np.bool_], low: int, high: int) -> Iterator[tuple[int, int, int]]:
    """Row, first day and length of every maximal run of an (R, D) mask that touches the days `low` to `high`."""
    edges = np.diff(np.pad(held.astype(np.int8), ((0, 0), (1, 1))), axis=1)
    row, first = np.nonzero(edges == 1)
    _, after = np.nonzero(edges == -1)
    touching = (first <= high) & (after > low)
    for r, start, end in zip(row[touching], first[touching], after[touching], strict=True):
        yield int(r), int(start), int(end - start)


def longest(held: NDArray[np.bool_], low: int, high: int, over: int) -> Iterator[tuple[int, int, int]]:
    """The same for runs longer than `over`, the longest of each row alone, the first of equals."""
    best: dict[int, tuple[int, int]] = {}
    for row, start, length in runs(held, low, high):
        if length > max(over, best.get(row, (0, 0))[1]):
            best[row] = (start, length)
    for row, (start, length) in sorted(best.items()):
        yield row, start, length

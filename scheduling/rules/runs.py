"""Maximal runs of consecutive days."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray


def runs(held: NDArray[np.bool_], low: int, high: int, over: int) -> Iterator[tuple[int, int, int]]:
    """Row, first day and length of every maximal run, longer than `over`, that touches the days `low` to `high`.

    `held` is an (R, D) mask.
    """
    width = held.shape[1] + 2
    padded = np.zeros((len(held), width), np.bool_)
    padded[:, 1:-1] = held
    flat = padded.reshape(-1)
    edges = np.flatnonzero(flat[1:] != flat[:-1])
    start, after = edges[::2], edges[1::2]
    row, first = np.divmod(start, width)
    length = after - start
    keep = (length > over) & (first <= high) & (first + length > low)
    yield from zip(row[keep].tolist(), first[keep].tolist(), length[keep].tolist(), strict=True)


def longest(held: NDArray[np.bool_], low: int, high: int, over: int) -> Iterator[tuple[int, int, int]]:
    """The same for runs longer than `over`, the longest of each row alone, the first of equals."""
    best: dict[int, tuple[int, int]] = {}
    for row, start, length in runs(held, low, high, over):
        if length > best.get(row, (0, 0))[1]:
            best[row] = (start, length)
    for row, (start, length) in sorted(best.items()):
        yield row, start, length

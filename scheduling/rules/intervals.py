"""Unions of work intervals of many people in one flat sorted array: merge once, measure many times."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Minutes = NDArray[np.int64]
Rows = NDArray[np.intp]

_SHIFT = 40
STRIDE = 1 << _SHIFT
"""A person's row times the stride plus an epoch minute is one sortable key; no epoch minute comes near it."""


_MINUTE = STRIDE - 1


def keyed(rows: Rows, minutes: Minutes) -> Minutes:
    """Row and epoch minute as one key."""
    return rows * STRIDE + minutes


@dataclass(frozen=True, eq=False)
class Union:
    """Disjoint intervals, contiguous ones joined, by row and time; `low` and `high` are keys."""

    low: Minutes
    high: Minutes

    @functools.cached_property
    def rows(self) -> Rows:
        """The row of each interval."""
        return self.low >> _SHIFT

    @functools.cached_property
    def start(self) -> Minutes:
        """Epoch minute at which each interval starts."""
        return self.low & _MINUTE

    @functools.cached_property
    def end(self) -> Minutes:
        """Epoch minute at which each interval ends."""
        return np.asarray(self.high - self.rows * STRIDE)

    @functools.cached_property
    def length(self) -> Minutes:
        """Minutes of each interval."""
        return self.high - self.low

    @functools.cached_property
    def _before(self) -> Minutes:
        before = np.zeros(len(self.low) + 1, np.int64)
        self.length.cumsum(out=before[1:])
        return before

    @functools.cached_property
    def _padded(self) -> Minutes:
        return np.concatenate(([-1], self.high))

    def covered_before(self, key: Minutes) -> Minutes:
        """Covered minutes of all intervals before each key, rows in order; a difference of two is a measure."""
        at = np.searchsorted(self.low, key, side="right")
        return np.asarray(self._before[at] - np.maximum(self._padded[at] - key, 0))

    def joined(self, low: Minutes, high: Minutes) -> Union:
        """The union with intervals in the order of their lows, none empty: cheap where they are few."""
        if not len(low):
            return self
        place = self.low.searchsorted(low, side="right") + np.arange(len(low))
        own = np.ones(len(self.low) + len(low), np.bool_)
        own[place] = False
        lows, highs = np.empty(len(own), np.int64), np.empty(len(own), np.int64)
        lows[own], lows[place] = self.low, low
        highs[own], highs[place] = self.high, high
        return _flattened(lows, highs)

    def measure(self, rows: Rows, start: Minutes, end: Minutes) -> Minutes:
        """Covered minutes of each row between two epoch minutes."""
        offset = rows * STRIDE
        both = self.covered_before(np.concatenate((offset + end, offset + start)))
        return both[: len(offset)] - both[len(offset) :]

    def stretches(self, rows: Rows, start: Minutes, end: Minutes, unit: int) -> Minutes:
        """Σ floor(free minutes / unit) over the free stretches of each row between two epoch minutes.

        A stretch is cut at the two ends.
        """
        offset = rows * STRIDE
        low, high = offset + start, offset + end
        left = self.high.searchsorted(low, side="right")
        right = self.low.searchsorted(high, side="left") - 1
        found: Minutes = np.empty(len(low), np.int64)
        some = left <= right
        if not some.all():
            found = (high - low) // unit
            left, right, low, high = left[some], right[some], low[some], high[some]
        gaps = np.zeros(max(1, len(self.low)), np.int64)
        ((self.low[1:] - self.high[:-1]) // unit).cumsum(out=gaps[1:])
        edges = np.maximum(self.low[left] - low, 0) // unit + np.maximum(high - self.high[right], 0) // unit
        found[some] = gaps[right] - gaps[left] + edges
        return found


def merge(rows: Rows, start: Minutes, end: Minutes) -> Union:
    """The union of intervals given in any order; contiguous and overlapping ones become one, empty ones vanish."""
    offset = rows * STRIDE
    low, high = offset + start, offset + end
    if len(low) and ((high <= low).any() or (low[1:] < low[:-1]).any()):
        order = np.argsort(low, kind="stable")
        order = order[high[order] > low[order]]
        low, high = low[order], high[order]
    return _flattened(low, high)


def _flattened(low: Minutes, high: Minutes) -> Union:
    """The union of intervals in the order of their lows, none empty."""
    if not len(low):
        return Union(low, high)
    reach = np.maximum.accumulate(high)
    new = np.empty(len(low), np.bool_)
    new[0] = True
    np.greater(low[1:], reach[:-1], out=new[1:])
    first = new.nonzero()[0]
    last = np.empty(len(first), np.intp)
    np.subtract(first[1:], 1, out=last[:-1])
    last[-1] = len(low) - 1
    return Union(low[first], reach[last])

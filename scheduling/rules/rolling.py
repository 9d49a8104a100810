"""Rolling averages: every window of so many days, whatever the rotations. A risk metric, never the verdict of 6.20."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import numpy as np

from scheduling.model.part import Part, Window
from scheduling.rules.duties import Duties
from scheduling.rules.intervals import STRIDE
from scheduling.rules.segments import Numbers

_HOUR, _WEEK = 60, 7


def rolling_hours(d: Duties, length: int) -> tuple[Numbers, Numbers]:
    """(R, D - length + 1): worked minutes and half-days outside leave of every window of `length` days, by first day."""
    rows = np.arange(len(d.ids))
    edges = d.clock.midnights[: d.count + 1]
    keys = rows[:, None] * STRIDE + edges[None, :]
    before = d.worked.covered_before(keys.reshape(-1)).reshape(keys.shape)
    leave = np.zeros(keys.shape, np.int64)
    np.cumsum(d.leave[:, :, Part.AM].astype(np.int64) + d.leave[:, :, Part.PM], axis=1, out=leave[:, 1:])
    return before[:, length:] - before[:, :-length], 2 * length - (leave[:, length:] - leave[:, :-length])


def worst_windows(d: Duties, window: Window, length: int) -> Iterator[tuple[int, int, Fraction]]:
    """Row, first day and weekly average of each row's worst window that touches the dates."""
    if d.count < length or not d.ids:
        return
    minutes, measured = rolling_hours(d, length)
    average = np.where(measured > 0, minutes / np.maximum(measured, 1), 0.0)
    low = max((window.start - d.clock.origin).days - length + 1, 0)
    high = min((window.end - d.clock.origin).days, average.shape[1] - 1)
    if low > high:
        return
    for row, at in enumerate(low + average[:, low : high + 1].argmax(axis=1)):
        if measured[row, at]:
            yield row, int(at), Fraction(int(minutes[row, at]) * 2 * _WEEK, int(measured[row, at]) * _HOUR)

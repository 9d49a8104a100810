"""Where masks and tables over a roster's cells hold: by way of the flat array, which is many times faster than by axes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from scheduling.model.part import Part

Mask = NDArray[np.bool_]


def places(mask: Mask) -> Iterator[tuple[int, ...]]:
    """Indices of every set entry, row by row, as plain numbers."""
    found = np.unravel_index(np.flatnonzero(mask), mask.shape)
    return zip(*(axis.tolist() for axis in found), strict=True)


def per_slot(mask: Mask) -> NDArray[np.int64]:
    """(D, 3): how many people an (R, D, 3) mask is set for."""
    size = mask.shape[1] * mask.shape[2]
    return np.bincount(np.flatnonzero(mask) % max(size, 1), minlength=size).reshape(mask.shape[1:])


def either_half(mask: Mask) -> Mask:
    """(R, D): set in the morning or in the afternoon of an (R, D, 3) mask."""
    return np.asarray(mask[:, :, Part.AM] | mask[:, :, Part.PM])


def half_days_of(mask: Mask) -> NDArray[np.int64]:
    """(R, D): how many half-days of the day are set in an (R, D, 3) mask, the night aside."""
    return np.asarray(mask[:, :, Part.AM].astype(np.int64) + mask[:, :, Part.PM])

"""Activities as look-up tables: what cells of a roster are, by indexing with their codes."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Catalogue, Category

Table = NDArray[np.bool_]
"""One entry per code and a last one, False, for the open cell (-1)."""


@functools.lru_cache(maxsize=256)
def flagged(catalogue: Catalogue, flag: str) -> Table:
    """Activities whose boolean field is set."""
    return _read_only([*(bool(getattr(a, flag)) for a in catalogue), False])


@functools.lru_cache(maxsize=256)
def in_category(catalogue: Catalogue, *categories: Category) -> Table:
    """Activities of these categories."""
    return _read_only([*(a.category in categories for a in catalogue), False])


@functools.lru_cache(maxsize=256)
def codes_among(catalogue: Catalogue, codes: tuple[str, ...]) -> Table:
    """Activities with these codes; codes the catalogue does not have are nothing."""
    return _read_only([*(code in codes for code in catalogue.codes), False])


def _read_only(values: list[bool]) -> Table:
    table = np.array(values, np.bool_)
    table.setflags(write=False)
    return table

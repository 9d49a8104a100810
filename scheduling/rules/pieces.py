"""Working cells as intervals of elapsed time: the activities' clock hours, by the policy of each date."""

from __future__ import annotations

import functools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.part import PARTS
from scheduling.model.program import Program
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.eras import Eras
from scheduling.rules.instants import Instants
from scheduling.rules.intervals import Minutes, Rows

_DAY = 1440
_NONE = -1
_PARTS = np.arange(len(PARTS), dtype=np.int16)


@dataclass(frozen=True, eq=False, slots=True)
class Pieces:
    """Working cells in row and slot order. `start` and `end` are epoch minutes; `leave` marks cells inside leave."""

    row: Rows
    day: NDArray[np.intp]
    part: NDArray[np.intp]
    code: NDArray[np.int16]
    start: Minutes
    end: Minutes
    leave: NDArray[np.bool_]


def pieces_of(
    program: Program, eras: Eras, clock: Instants, cells: NDArray[np.int16], leave: NDArray[np.bool_], *, home: bool
) -> Pieces:
    """The pieces of (R, D, 3) cells: work, or with `home` at-home call.

    At-home call without hours of its own takes its whole date.
    """
    starts, ends = _tables(program, eras, home=home)
    place = cells * np.int16(len(PARTS)) + _PARTS
    if len(eras.policies) > 1:
        size = len(starts) // len(eras.policies)
        place = place.astype(np.int64) % size + (eras.of_day * size)[:, None]
    flat = np.flatnonzero((starts >= 0)[place])
    at, slot = place.reshape(-1)[flat], flat // len(PARTS)
    row = slot // cells.shape[1]
    day = slot - row * cells.shape[1]
    wall = day * _DAY
    return Pieces(
        row,
        day,
        flat - slot * len(PARTS),
        cells.reshape(-1)[flat],
        clock.epoch(wall + starts[at]),
        clock.epoch(wall + ends[at]),
        leave.reshape(-1)[flat],
    )


def _tables(program: Program, eras: Eras, *, home: bool) -> tuple[Minutes, Minutes]:
    """Start and end minutes by era, code and part, flat; -1 is no such thing, the last code of each era the open cell."""
    made = [_policy_tables(program.catalogue.codes, ByDigest(p), home) for p in eras.policies]
    if len(made) == 1:
        return made[0]
    return np.concatenate([s for s, _ in made]), np.concatenate([e for _, e in made])


@functools.lru_cache(maxsize=64)
def _policy_tables(codes: tuple[str, ...], holder: ByDigest, home: bool) -> tuple[Minutes, Minutes]:
    shape = (len(codes) + 1, len(PARTS))
    starts, ends = np.full(shape, _NONE, np.int64), np.full(shape, _NONE, np.int64)
    known = holder.policy.catalogue
    for i, code in enumerate(codes):
        if code not in known or known[code].home_call is not home:
            continue
        for part in PARTS:
            span = known[code].span(part) or ((0, _DAY) if home else None)
            if span is not None:
                starts[i, part], ends[i, part] = span
    return starts.reshape(-1), ends.reshape(-1)

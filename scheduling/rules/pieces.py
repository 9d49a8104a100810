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


@dataclass(frozen=True, eq=False)
class Pieces:
    """Working cells in row and slot order: `held` (R, D, 3) marks them, `at` are their places in it laid flat.

    `start` and `end` are epoch minutes. What few rules ask for is worked out when they do.
    """

    cells: NDArray[np.int16]
    leaves: NDArray[np.bool_]
    held: NDArray[np.bool_]
    at: NDArray[np.intp]
    start: Minutes
    end: Minutes

    @functools.cached_property
    def row(self) -> Rows:
        """The row of each piece."""
        if len(self.held) == 1:
            return np.zeros(len(self.at), np.intp)
        return np.asarray(self.at // (self.held.shape[1] * len(PARTS)))

    @functools.cached_property
    def code(self) -> NDArray[np.int16]:
        """The activity of each piece."""
        return self.cells.reshape(-1)[self.at]

    @functools.cached_property
    def leave(self) -> NDArray[np.bool_]:
        """Pieces inside leave."""
        return self.leaves.reshape(-1)[self.at]


def pieces_of(
    program: Program, eras: Eras, clock: Instants, cells: NDArray[np.int16], leave: NDArray[np.bool_], *, home: bool
) -> Pieces:
    """The pieces of (R, D, 3) cells: work, or with `home` at-home call.

    At-home call without hours of its own takes its whole date.
    """
    starts, ends = _tables(program, eras, home=home)
    # Small numbers, where they suffice, look tables up three times as fast. An open cell is the table's end.
    places: NDArray[np.int16] | NDArray[np.intp] = cells * np.int16(len(PARTS)) + _PARTS
    if len(eras.policies) > 1:
        size = starts.size // len(eras.policies)
        places = places.astype(np.intp) % size + (eras.of_day * size)[:, None]
    held = (starts >= 0).take(places, mode="wrap")
    at = held.reshape(-1).nonzero()[0]
    place = places.reshape(-1).take(at)
    wall = (at if len(cells) == 1 else at % (cells.shape[1] * len(PARTS))) // len(PARTS) * _DAY
    both = clock.epoch(np.concatenate((wall + starts[place], wall + ends[place])))
    return Pieces(cells, leave, held, at, both[: len(at)], both[len(at) :])


def _tables(program: Program, eras: Eras, *, home: bool) -> tuple[Minutes, Minutes]:
    """Start and end minutes by era, code and part, laid flat; -1 is no such thing, the last code the open cell."""
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

"""A version: the immutable, content-hashed schedule of one program and one block (architecture decision 3)."""

from __future__ import annotations

import functools
import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import Block, BlockRef, days
from scheduling.model.errors import InvalidError
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.rotation import Pattern, Rotation, RotationHalf

_NO_SOURCE = 255
_OPEN = -1
_SATURDAY = 6


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """One assignment: a person's activity in one slot and where it comes from."""

    person: str
    slot: Slot
    activity: str
    source: Source


@dataclass(frozen=True, eq=False)
class BlockSchedule:
    """The content of a version. Build it with `of`; equal content has equal bytes and therefore an equal `digest`.

    Shapes: `cells` int16 and `sources` uint8 are (people, days of the block, 3 parts); `cells` indexes `codes`, -1 is open.
    People without a cell or a rotation are not part of the content.
    """

    block: Block
    people: tuple[str, ...]
    codes: tuple[str, ...]
    cells: NDArray[np.int16]
    sources: NDArray[np.uint8]
    rotations: tuple[RotationHalf, ...]

    @classmethod
    def of(cls, block: Block, cells: Iterable[Cell], rotations: Iterable[RotationHalf] = ()) -> BlockSchedule:
        """Canonical content from cells in any order; InvalidError for a date outside the block or a slot given twice."""
        listed = sorted(cells)
        halves = tuple(sorted(rotations))
        people = tuple(sorted({c.person for c in listed} | {r.person for r in halves}))
        codes = tuple(sorted({c.activity for c in listed}))
        row = {p: i for i, p in enumerate(people)}
        col = {c: i for i, c in enumerate(codes)}
        grid = np.full((len(people), len(block.window), len(PARTS)), _OPEN, np.int16)
        sources = np.full(grid.shape, _NO_SOURCE, np.uint8)
        for cell in listed:
            if cell.slot.date not in block.window:
                raise InvalidError("date", f"{cell.slot.date} lies outside block {block.ref}")
            where = (row[cell.person], (cell.slot.date - block.start).days, int(cell.slot.part))
            if grid[where] != _OPEN:
                raise InvalidError("cells", f"{cell.person} has two activities at {cell.slot}")
            grid[where] = col[cell.activity]
            sources[where] = SOURCES.index(cell.source)
        return cls(block, people, codes, grid, sources, halves)

    def __iter__(self) -> Iterator[Cell]:
        """The filled cells, by person, date and part."""
        for p, d, s in zip(*np.nonzero(self.cells >= 0), strict=True):
            slot = Slot(self.block.start + days(int(d)), Part(int(s)))
            yield Cell(self.people[p], slot, self.codes[self.cells[p, d, s]], SOURCES[self.sources[p, d, s]])

    @property
    def partial(self) -> bool:
        """True while template stand-ins or open weekday half-days of the people in it remain."""
        weekdays = [i for i, date in enumerate(self.block.window) if date.isoweekday() < _SATURDAY]
        stand_ins = bool((self.sources == SOURCES.index(Source.TEMPLATE)).any())
        return stand_ins or bool((self.cells[:, weekdays, : Part.NIGHT] == _OPEN).any())

    def pack(self) -> bytes:
        """The canonical bytes: a JSON header, a zero byte, cells (little-endian int16), sources (uint8)."""
        header = {
            "block": [
                self.block.ref.year,
                self.block.ref.number,
                self.block.start.isoformat(),
                self.block.end.isoformat(),
            ],
            "people": self.people,
            "codes": self.codes,
            "rotations": [
                [r.person, r.half, r.rotation.name, r.rotation.activity, r.rotation.pattern] for r in self.rotations
            ],
        }
        text = json.dumps(header, separators=(",", ":"), ensure_ascii=True)
        return text.encode() + b"\0" + self.cells.astype("<i2").tobytes() + self.sources.tobytes()

    @classmethod
    def unpack(cls, packed: bytes) -> BlockSchedule:
        """The inverse of `pack`."""
        head, _, body = packed.partition(b"\0")
        header: dict[str, Any] = json.loads(head)
        year, number, start, end = header["block"]
        ref = BlockRef(int(year), int(number))
        block = Block(ref, Slot.day(start), Slot.day(end))
        people, codes = tuple(header["people"]), tuple(header["codes"])
        shape = (len(people), len(block.window), len(PARTS))
        size = int(np.prod(shape))
        cells = np.frombuffer(body, "<i2", size).reshape(shape).astype(np.int16)
        sources = np.frombuffer(body, np.uint8, size, offset=2 * size).reshape(shape).copy()
        halves = tuple(
            RotationHalf(person, ref, int(half), Rotation(name, activity, Pattern(pattern)))
            for person, half, name, activity, pattern in header["rotations"]
        )
        return cls(block, people, codes, cells, sources, halves)

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of the canonical bytes: the version's identity."""
        return hashlib.sha256(self.pack()).hexdigest()

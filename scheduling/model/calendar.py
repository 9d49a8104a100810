"""Academic years, blocks and FMIT weeks (domain.md §1). Weekdays are ISO: Monday = 1."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.part import Window

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY, SATURDAY, SUNDAY = range(1, 8)

_BLOCK_DAYS = 28
_HALF_DAYS = 14
_FULL_BLOCKS = 12
_JULY = 7
_WEEK = 7


def days(count: int) -> dt.timedelta:
    """A number of calendar days."""
    return dt.timedelta(days=count)


def next_weekday(date: dt.date, weekday: int) -> dt.date:
    """The first date on or after `date` that falls on the ISO weekday."""
    return date + days((weekday - date.isoweekday()) % _WEEK)


def academic_year(date: dt.date) -> int:
    """The first calendar year of the academic year (1 July to 30 June) that holds the date."""
    return date.year if date.month >= _JULY else date.year - 1


def year_window(year: int) -> Window:
    """1 July of the year to 30 June of the next."""
    return Window(dt.date(year, _JULY, 1), dt.date(year + 1, 6, 30))


def fmit_week(date: dt.date) -> Window:
    """The Friday-to-Thursday week of the inpatient team that holds the date, whatever the block edges."""
    start = date - days((date.isoweekday() - FRIDAY) % _WEEK)
    return Window(start, start + days(6))


def is_weekday_call(date: dt.date) -> bool:
    """True for the Sunday-to-Thursday nights, which belong to the call pool and not to the FMIT attending."""
    return date.isoweekday() not in (FRIDAY, SATURDAY)


@dataclass(frozen=True, slots=True, order=True)
class BlockRef:
    """A block's name: academic year and number, written 2025/10."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str, field_name: str = "block") -> BlockRef:
        """Read `2025/10`; InvalidError shows the form."""
        match = re.fullmatch(r"(\d{4})/(\d{1,2})", text.strip())
        if match is None:
            raise InvalidError(field_name, "not a block", valid=["YEAR/NUMBER such as 2025/10"])
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.year}/{self.number}"


@dataclass(frozen=True, slots=True, order=True)
class Block:
    """A rotation period, Thursday to Wednesday by default."""

    ref: BlockRef
    start: dt.date
    end: dt.date

    @property
    def window(self) -> Window:
        """The block's dates."""
        return Window(self.start, self.end)

    @property
    def second_half(self) -> dt.date:
        """First date of half 2: fourteen days after the block's first Thursday (may lie beyond a short block)."""
        first = next_weekday(self.start, THURSDAY)
        return (first if first <= self.end else self.start) + days(_HALF_DAYS)

    def half(self, date: dt.date) -> int:
        """1 or 2: the block half the date lies in."""
        return 1 if date < self.second_half else 2

    @property
    def last_wednesday(self) -> dt.date | None:
        """The last Wednesday of the block, never of the month; None where the block has none."""
        last = self.end - days((self.end.isoweekday() - WEDNESDAY) % _WEEK)
        return last if last >= self.start else None


def default_blocks(year: int) -> tuple[Block, ...]:
    """Blocks 0 to 13 of an academic year; block 0 is left out where it would be empty."""
    whole = year_window(year)
    first = next_weekday(whole.start, THURSDAY)
    blocks = [Block(BlockRef(year, 0), whole.start, first - days(1))] if first > whole.start else []
    for number in range(1, _FULL_BLOCKS + 1):
        start = first + days(_BLOCK_DAYS * (number - 1))
        blocks.append(Block(BlockRef(year, number), start, start + days(_BLOCK_DAYS - 1)))
    blocks.append(Block(BlockRef(year, _FULL_BLOCKS + 1), first + days(_BLOCK_DAYS * _FULL_BLOCKS), whole.end))
    return tuple(blocks)


@dataclass(frozen=True, slots=True)
class Calendar:
    """A program's blocks: its own where it brought them, the default elsewhere."""

    own: Mapping[int, tuple[Block, ...]] = field(default_factory=dict)

    def blocks(self, year: int) -> tuple[Block, ...]:
        """The blocks of an academic year, in order; together they cover the whole year."""
        return self.own.get(year) or default_blocks(year)

    def block(self, ref: BlockRef) -> Block:
        """The block of that name; NotFoundError with the nearest ones where there is none."""
        known = self.blocks(ref.year)
        for block in known:
            if block.ref == ref:
                return block
        nearest = sorted(known, key=lambda b: abs(b.ref.number - ref.number))[:3]
        raise NotFoundError("block", str(ref), [str(b.ref) for b in nearest])

    def block_of(self, date: dt.date) -> Block:
        """The block that holds the date."""
        for block in self.blocks(academic_year(date)):
            if date in block.window:
                return block
        raise NotFoundError("block for the date", date.isoformat())

    def blocks_in(self, window: Window) -> tuple[Block, ...]:
        """Every block that shares a date with the window, in order."""
        years = range(academic_year(window.start), academic_year(window.end) + 1)
        return tuple(b for year in years for b in self.blocks(year) if b.window.meets(window))


def check_own_blocks(blocks: tuple[Block, ...]) -> None:
    """A program's own blocks of one year must be consecutive and cover the year exactly; InvalidError otherwise."""
    ordered = sorted(blocks, key=lambda b: b.start)
    whole = year_window(ordered[0].ref.year)
    if ordered[0].start != whole.start or ordered[-1].end != whole.end:
        raise InvalidError("blocks", f"must cover {whole} exactly")
    for before, after in itertools.pairwise(ordered):
        if after.start != before.end + days(1) or after.ref.number <= before.ref.number:
            raise InvalidError(
                "blocks", f"block {after.ref.number} must start the day after block {before.ref.number} ends"
            )

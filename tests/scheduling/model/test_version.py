"""A version's bytes are canonical: equal content has equal bytes, and bytes read back as the content."""

from __future__ import annotations

import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.model.calendar import Block, BlockRef
from scheduling.model.errors import InvalidError
from scheduling.model.override import Source
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.version import BlockSchedule, Cell

BLOCK = Block(BlockRef(2025, 10), dt.date(2026, 3, 12), dt.date(2026, 4, 8))
PEOPLE = ("fac-01", "fac-02", "pgy1-01", "pgy3-05")
CODES = ("AT", "C", "CALL", "L&D", "W")


@st.composite
def contents(draw: st.DrawFn) -> tuple[list[Cell], list[RotationHalf]]:
    """Cells of distinct slots and rotations of some people."""
    slots = st.tuples(st.sampled_from(PEOPLE), st.integers(0, 27), st.sampled_from(PARTS))
    filled = draw(st.dictionaries(slots, st.tuples(st.sampled_from(CODES), st.sampled_from(list(Source))), max_size=60))
    cells = [
        Cell(person, Slot(BLOCK.start + dt.timedelta(day), part), code, source)
        for (person, day, part), (code, source) in filled.items()
    ]
    named = draw(st.dictionaries(st.tuples(st.sampled_from(PEOPLE), st.sampled_from((1, 2))), st.text(max_size=12)))
    halves = [
        RotationHalf(person, BLOCK.ref, half, Rotation(name, "ELEC", Pattern.OUTPATIENT))
        for (person, half), name in named.items()
    ]
    return cells, halves


@given(contents())
def test_bytes_read_back_as_the_same_content(content: tuple[list[Cell], list[RotationHalf]]) -> None:
    """Nothing is lost in packing, and packing again gives the same bytes."""
    cells, halves = content
    schedule = BlockSchedule.of(BLOCK, cells, halves)
    again = BlockSchedule.unpack(schedule.pack())
    assert again.pack() == schedule.pack()
    assert again.digest == schedule.digest
    assert list(again) == list(schedule) == sorted(cells)
    assert again.rotations == tuple(sorted(halves))
    assert again.block == BLOCK


@given(contents(), st.randoms(use_true_random=False))
def test_the_order_of_the_cells_does_not_matter(
    content: tuple[list[Cell], list[RotationHalf]], chance: random.Random
) -> None:
    """Any order gives the same digest."""
    cells, halves = content
    shuffled, turned = list(cells), list(halves)
    chance.shuffle(shuffled)
    chance.shuffle(turned)
    assert BlockSchedule.of(BLOCK, shuffled, turned).digest == BlockSchedule.of(BLOCK, cells, halves).digest


@given(contents())
def test_any_change_changes_the_digest(content: tuple[list[Cell], list[RotationHalf]]) -> None:
    """Taking a cell away, or changing its activity or source, is another version."""
    cells, halves = content
    if not cells:
        return
    digest = BlockSchedule.of(BLOCK, cells, halves).digest
    first, rest = cells[0], cells[1:]
    other = "C" if first.activity != "C" else "AT"
    source = Source.MANUAL if first.source is not Source.MANUAL else Source.SOLVER
    changed = (
        rest,
        [Cell(first.person, first.slot, other, first.source), *rest],
        [Cell(first.person, first.slot, first.activity, source), *rest],
    )
    assert digest not in {BlockSchedule.of(BLOCK, c, halves).digest for c in changed}


def test_a_date_outside_the_block_is_refused() -> None:
    """The message names the date and the block."""
    cell = Cell("fac-01", Slot(dt.date(2026, 4, 9), Part.AM), "C", Source.MANUAL)
    with pytest.raises(InvalidError, match="2026-04-09 lies outside block 2025/10"):
        BlockSchedule.of(BLOCK, [cell])


def test_two_activities_in_one_slot_are_refused() -> None:
    """One activity per person and slot."""
    slot = Slot(BLOCK.start, Part.AM)
    cells = [Cell("fac-01", slot, "C", Source.MANUAL), Cell("fac-01", slot, "AT", Source.MANUAL)]
    with pytest.raises(InvalidError, match="two activities"):
        BlockSchedule.of(BLOCK, cells)


def full(source: Source) -> list[Cell]:
    return [
        Cell("fac-01", Slot(date, part), "C", source)
        for date in BLOCK.window
        if date.isoweekday() < 6
        for part in (Part.AM, Part.PM)
    ]


def test_a_version_is_partial_while_a_weekday_half_day_is_open_or_a_stand_in() -> None:
    """Nights and weekends may stay open."""
    assert not BlockSchedule.of(BLOCK, full(Source.SOLVER)).partial
    assert BlockSchedule.of(BLOCK, full(Source.SOLVER)[1:]).partial
    assert BlockSchedule.of(BLOCK, full(Source.TEMPLATE)).partial

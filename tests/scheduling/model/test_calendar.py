"""Every golden date of the domain, and the laws the calendar keeps for any year."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.model.calendar import (
    Block,
    BlockRef,
    Calendar,
    academic_year,
    check_own_blocks,
    default_blocks,
    fmit_week,
    is_weekday_call,
    next_weekday,
    year_window,
)
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.part import Window

DATE = dt.date
CALENDAR = Calendar()
DATES = st.dates(DATE(2000, 1, 1), DATE(2099, 12, 31))
YEARS = st.integers(2000, 2099)


@pytest.mark.parametrize(
    ("number", "start", "end"),
    [
        (0, DATE(2025, 7, 1), DATE(2025, 7, 2)),
        (1, DATE(2025, 7, 3), DATE(2025, 7, 30)),
        (2, DATE(2025, 7, 31), DATE(2025, 8, 27)),
        (5, DATE(2025, 10, 23), DATE(2025, 11, 19)),
        (7, DATE(2025, 12, 18), DATE(2026, 1, 14)),
        (10, DATE(2026, 3, 12), DATE(2026, 4, 8)),
        (12, DATE(2026, 5, 7), DATE(2026, 6, 3)),
        (13, DATE(2026, 6, 4), DATE(2026, 6, 30)),
    ],
)
def test_the_blocks_of_2025_lie_where_the_domain_says(number: int, start: dt.date, end: dt.date) -> None:
    """AY2025 block by block."""
    block = CALENDAR.block(BlockRef(2025, number))
    assert (block.start, block.end) == (start, end)


def test_block_13_of_2025_has_27_days() -> None:
    """The last block ends with the year, not after 28 days."""
    assert len(CALENDAR.block(BlockRef(2025, 13)).window) == 27


def test_block_0_may_be_one_day_or_empty() -> None:
    """AY2026 has one day before block 1; AY2027 has none and begins with block 1."""
    assert CALENDAR.block(BlockRef(2026, 0)).window == Window(DATE(2026, 7, 1), DATE(2026, 7, 1))
    assert default_blocks(2027)[0] == CALENDAR.block_of(DATE(2027, 7, 1)) == CALENDAR.block(BlockRef(2027, 1))
    with pytest.raises(NotFoundError, match="2027/1"):
        CALENDAR.block(BlockRef(2027, 0))


def test_the_half_changes_on_the_fifteenth_day() -> None:
    """25 March 2026 is day 14 of block 10 and half 1; 26 March is half 2."""
    block = CALENDAR.block_of(DATE(2026, 3, 25))
    assert block.ref == BlockRef(2025, 10)
    assert (DATE(2026, 3, 25) - block.start).days + 1 == 14
    assert block.half(DATE(2026, 3, 25)) == 1
    assert block.half(DATE(2026, 3, 26)) == 2


def test_what_lies_before_the_first_thursday_belongs_to_half_1() -> None:
    """A program that folds block 0 into block 1 has a longer first half."""
    block = Block(BlockRef(2025, 1), DATE(2025, 7, 1), DATE(2025, 7, 30))
    assert block.half(DATE(2025, 7, 16)) == 1
    assert block.half(DATE(2025, 7, 17)) == 2


def test_the_fmit_week_runs_from_friday_to_thursday() -> None:
    """The week of 13 March 2026 is Friday 13 to Thursday 19; Thursday 12 belongs to the week of Friday 6."""
    assert fmit_week(DATE(2026, 3, 13)) == fmit_week(DATE(2026, 3, 19)) == Window(DATE(2026, 3, 13), DATE(2026, 3, 19))
    assert fmit_week(DATE(2026, 3, 12)).start == DATE(2026, 3, 6)


def test_the_last_wednesday_is_the_blocks_own() -> None:
    """8 April 2026 in block 10, although April has later ones; 24 June 2026 in block 13."""
    assert CALENDAR.block(BlockRef(2025, 10)).last_wednesday == DATE(2026, 4, 8)
    assert CALENDAR.block(BlockRef(2025, 13)).last_wednesday == DATE(2026, 6, 24)


def test_a_block_without_a_wednesday_has_no_last_one() -> None:
    """A short block 0 may hold none."""
    assert Block(BlockRef(2025, 0), DATE(2025, 7, 3), DATE(2025, 7, 4)).last_wednesday is None


def test_the_day_after_block_10_is_block_11() -> None:
    """What follows a call on Wednesday 8 April 2026 falls on day 1 of block 11."""
    block = CALENDAR.block_of(DATE(2026, 4, 9))
    assert (block.ref, block.start) == (BlockRef(2025, 11), DATE(2026, 4, 9))


@given(YEARS)
def test_the_blocks_of_any_year_cover_it_without_gap_or_overlap(year: int) -> None:
    """Blocks 1 to 12 have 28 days, block 0 up to 6, block 13 from 23 to 30; all but the first begin on a Thursday."""
    blocks = default_blocks(year)
    check_own_blocks(blocks)
    assert all(b.start == a.end + dt.timedelta(1) for a, b in pairwise(blocks))
    lengths = {b.ref.number: len(b.window) for b in blocks}
    assert all(lengths[n] == 28 for n in range(1, 13))
    assert lengths.get(0, 0) <= 6
    assert 23 <= lengths[13] <= 30
    assert all(b.start.isoweekday() == 4 for b in blocks if b.ref.number >= 1)


@given(DATES)
def test_every_date_lies_in_exactly_one_block_of_its_year(date: dt.date) -> None:
    """`block_of` finds it, and its FMIT week holds the date."""
    block = CALENDAR.block_of(date)
    assert date in block.window
    assert block.ref.year == academic_year(date)
    assert date in year_window(block.ref.year)
    week = fmit_week(date)
    assert date in week
    assert (len(week), week.start.isoweekday()) == (7, 5)


@given(DATES, st.integers(0, 60))
def test_blocks_in_a_window_are_those_that_meet_it(start: dt.date, length: int) -> None:
    """No block of the window is missing and none stands beside it."""
    window = Window(start, start + dt.timedelta(length))
    found = CALENDAR.blocks_in(window)
    assert found == tuple(sorted(set(found), key=lambda b: b.start))
    assert {CALENDAR.block_of(d).ref for d in window} == {b.ref for b in found}


@given(DATES, st.integers(1, 7))
def test_the_next_weekday_is_at_most_six_days_ahead(date: dt.date, weekday: int) -> None:
    """And falls on the weekday asked for."""
    found = next_weekday(date, weekday)
    assert found.isoweekday() == weekday
    assert 0 <= (found - date).days <= 6


def test_friday_and_saturday_nights_are_the_attendings() -> None:
    """The call pool is Sunday to Thursday."""
    week = [DATE(2026, 3, 9) + dt.timedelta(n) for n in range(7)]
    assert [d.isoweekday() for d in week if not is_weekday_call(d)] == [5, 6]


def test_a_programs_own_blocks_override_the_default() -> None:
    """Only in the year it brought them for."""
    own = (
        Block(BlockRef(2025, 1), DATE(2025, 7, 1), DATE(2025, 12, 31)),
        Block(BlockRef(2025, 2), DATE(2026, 1, 1), DATE(2026, 6, 30)),
    )
    calendar = Calendar({2025: own})
    assert calendar.block_of(DATE(2025, 8, 1)).ref == BlockRef(2025, 1)
    assert calendar.blocks(2026) == default_blocks(2026)
    with pytest.raises(NotFoundError, match="nearest"):
        calendar.block(BlockRef(2025, 3))


@pytest.mark.parametrize(
    "blocks",
    [
        ((1, DATE(2025, 7, 2), DATE(2026, 6, 30)),),
        ((1, DATE(2025, 7, 1), DATE(2026, 6, 29)),),
        ((1, DATE(2025, 7, 1), DATE(2025, 12, 31)), (2, DATE(2026, 1, 2), DATE(2026, 6, 30))),
        ((1, DATE(2025, 7, 1), DATE(2025, 12, 31)), (2, DATE(2025, 12, 31), DATE(2026, 6, 30))),
        ((2, DATE(2025, 7, 1), DATE(2025, 12, 31)), (1, DATE(2026, 1, 1), DATE(2026, 6, 30))),
    ],
)
def test_own_blocks_with_a_gap_an_overlap_or_a_wrong_edge_are_refused(
    blocks: tuple[tuple[int, dt.date, dt.date], ...],
) -> None:
    """They must cover the year, consecutively."""
    with pytest.raises(InvalidError, match="blocks"):
        check_own_blocks(tuple(Block(BlockRef(2025, n), start, end) for n, start, end in blocks))


@pytest.mark.parametrize("text", ["2025", "2025-10", "25/10", "2025/x", "", "2025/100"])
def test_what_is_no_block_name_is_refused_with_the_form(text: str) -> None:
    """The message shows an example."""
    with pytest.raises(InvalidError, match="2025/10"):
        BlockRef.parse(text)


def test_a_block_name_reads_as_it_is_written() -> None:
    """2025/10, whatever blanks surround it."""
    assert str(BlockRef.parse(" 2025/10 ")) == "2025/10"

from __future__ import annotations

import datetime as dt

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.model.calendar import days
from scheduling.model.clock import Clock
from scheduling.rules.instants import instants
from scheduling.rules.intervals import Union, merge

ZONES = st.sampled_from(
    ["America/New_York", "Pacific/Honolulu", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "Asia/Beirut"]
)
DATES = st.dates(dt.date(1995, 1, 1), dt.date(2035, 12, 31))
STRETCH = st.tuples(st.integers(0, 3), st.integers(0, 6000), st.integers(-5, 600))


@settings(max_examples=60, deadline=None)
@given(ZONES, DATES, st.lists(st.tuples(st.integers(0, 364), st.integers(0, 4000)), min_size=1, max_size=30))
def test_wall_clock_times_become_the_clocks_instants(
    zone: str, origin: dt.date, moments: list[tuple[int, int]]
) -> None:
    """Many at once, and the same as one by one, across every change of the clock."""
    clock, made = Clock(zone), instants(zone, origin, 365)
    wall = np.array([day * 1440 + min(minute, 2880) for day, minute in moments])
    plain = [clock.epoch_minute(origin + days(day), min(minute, 2880)) for day, minute in moments]
    assert made.epoch(wall).tolist() == plain
    assert made.day_of(made.midnights[:365]).tolist() == list(range(365))


@settings(max_examples=200, deadline=None)
@given(st.lists(STRETCH, max_size=40), st.integers(0, 6000), st.integers(0, 3000), st.sampled_from([60, 1440]))
def test_a_union_measures_what_counting_minutes_does(
    stretches: list[tuple[int, int, int]], low: int, length: int, unit: int
) -> None:
    """Covered minutes and whole free units of each row, against a plain count minute by minute."""
    rows, start, size = (np.array([s[i] for s in stretches], np.int64) for i in range(3))
    union = merge(rows, start, start + size)
    assert (union.low[1:] > union.high[:-1]).all()
    for row in range(4):
        busy = {m for r, s, n in stretches if r == row for m in range(s, s + n)}
        inside = [m in busy for m in range(low, low + length)]
        where = np.array([row]), np.array([low]), np.array([low + length])
        assert int(union.measure(*where)[0]) == sum(inside)
        free, run = 0, 0
        for held in [*inside, True]:
            free, run = (free + run // unit, 0) if held else (free, run + 1)
        assert int(union.stretches(*where, unit)[0]) == free


@settings(max_examples=100, deadline=None)
@given(st.lists(STRETCH, max_size=30), st.lists(STRETCH, max_size=10))
def test_unions_joined_are_the_union_of_everything(
    some: list[tuple[int, int, int]], more: list[tuple[int, int, int]]
) -> None:
    """Whichever is the longer, and also where one of them is empty."""

    def union(stretches: list[tuple[int, int, int]]) -> Union:
        rows, start, size = (np.array([s[i] for s in stretches], np.int64) for i in range(3))
        return merge(rows, start, start + size)

    whole = union([*some, *more])
    for one, other in ((union(some), union(more)), (union(more), union(some))):
        joined = one.joined(other.low, other.high)
        assert joined.low.tolist() == whole.low.tolist()
        assert joined.high.tolist() == whole.high.tolist()

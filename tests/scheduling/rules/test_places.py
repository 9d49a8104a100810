from __future__ import annotations

import gc
import weakref

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.rules.duties import duties_of
from scheduling.rules.places import either_half, half_days_of, per_slot, places
from scheduling.rules.rests import rests_of
from scheduling.rules.segments import periods_of
from tests.scheduling.rules.rosters import roster

WHO = "pgy2-01"


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 4), st.integers(1, 6), st.integers(0, 2**32 - 1))
def test_places_and_counts_of_a_mask_are_those_read_cell_by_cell(people: int, count: int, seed: int) -> None:
    """Also for nobody at all."""
    mask = np.random.default_rng(seed).random((people, count, 3)) < 0.3
    cells = [(r, d, p) for r in range(people) for d in range(count) for p in range(3)]
    assert list(places(mask)) == [cell for cell in cells if mask[cell]]
    assert per_slot(mask).tolist() == [
        [sum(mask[r, d, p] for r in range(people)) for p in range(3)] for d in range(count)
    ]
    halves = half_days_of(mask)
    assert halves.tolist() == [[int(mask[r, d, 0]) + int(mask[r, d, 1]) for d in range(count)] for r in range(people)]
    assert (either_half(mask) == (halves > 0)).all()


def test_what_is_derived_from_duties_goes_with_its_roster() -> None:
    """At once and not at the next garbage collection: a server that tries many moves would fill up with old arrays."""
    made = roster({}, 31)
    duties = duties_of(made, (WHO,))
    assert periods_of(duties) is periods_of(duties)
    assert rests_of(duties) is rests_of(duties)
    gone = weakref.ref(duties)
    gc.disable()
    try:
        del made, duties
        assert gone() is None
    finally:
        gc.enable()

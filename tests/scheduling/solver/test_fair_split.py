from __future__ import annotations

import itertools
import random
from fractions import Fraction

from scheduling.solver.fair_split import Claim, fair_bands


def test_bands_hold_exactly_the_least_range_that_whole_numbers_allow() -> None:
    """Against every allocation there is, on 200 random small pools with calls already held."""
    chance = random.Random(4)
    tried = 0
    while tried < 200:
        days = [chance.randint(1, 12) for _ in range(chance.randint(2, 4))]
        held = [chance.randint(0, 2) for _ in days]
        total = chance.randint(sum(held), 12)
        tried += 1
        bands = fair_bands(total, {str(i): Claim(d, h) for i, (d, h) in enumerate(zip(days, held, strict=True))})

        def spread(counts: tuple[int, ...], there: list[int] = days) -> Fraction:
            rates = [Fraction(n, d) for n, d in zip(counts, there, strict=True)]
            return max(rates) - min(rates)

        every = [
            counts
            for counts in itertools.product(range(total + 1), repeat=len(days))
            if sum(counts) == total and all(n >= h for n, h in zip(counts, held, strict=True))
        ]
        inside = [c for c in every if all(bands[str(i)].low <= n <= bands[str(i)].high for i, n in enumerate(c))]
        assert inside, (total, days, held)
        assert max(map(spread, inside)) == min(map(spread, every)), (total, days, held)


def test_somebody_who_is_never_there_keeps_what_was_held() -> None:
    """No available day means no further call, and no division."""
    bands = fair_bands(10, {"fac-01": Claim(0, 2), "fac-02": Claim(100), "fac-03": Claim(100)})
    assert (bands["fac-01"].low, bands["fac-01"].high) == (2, 2)
    assert (bands["fac-02"].low, bands["fac-02"].high) == (4, 4)


def test_a_pool_nobody_can_fill_is_shared_as_far_as_it_goes() -> None:
    """Two people with room for three calls each share a pool of ten."""
    bands = fair_bands(10, {"fac-01": Claim(50, 0, 3), "fac-02": Claim(50, 0, 3)})
    assert {(b.low, b.high) for b in bands.values()} == {(3, 3)}

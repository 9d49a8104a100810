"""The fairest split of a pool of calls, by arithmetic alone: what any schedule is held against.

Equity is the range of calls per available day (domain.md §6). For each pool the least range that whole numbers allow is
computed exactly; the objective then prices only what lies outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor

FULL_TIME = Fraction(3, 5)
"""Who was there for at least this share of the best-attended person's days is compared with the others like them."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One person's part in a pool: days available, calls already held, and how many more the person could take."""

    available: int
    held: int = 0
    room: int = 10_000

    @property
    def most(self) -> int:
        """The highest count the person can end with."""
        return self.held + self.room


@dataclass(frozen=True, slots=True)
class Band:
    """Counts inside `low`..`high` are as fair as whole numbers allow."""

    low: int
    high: int


def fair_bands(total: int, claims: Mapping[str, Claim]) -> dict[str, Band]:
    """For a pool of `total` calls (held ones included): each person's band of the least possible range.

    First the range over everybody, then, inside it, over those present nearly all the time. A pool that cannot be filled
    by these people is shared as far as they go.
    """
    present = {p: c for p, c in sorted(claims.items()) if c.available > 0}
    bands = {p: Band(c.held, c.held) for p, c in claims.items() if c.available <= 0}
    if not present:
        return bands
    spare = sum(b.low for b in bands.values())
    total = min(max(total - spare, sum(c.held for c in present.values())), sum(c.most for c in present.values()))
    everybody = {p: Band(c.held, c.most) for p, c in present.items()}
    best = _narrow(total, present, everybody, tuple(present))
    longest = max(c.available for c in present.values())
    full_time = tuple(p for p, c in present.items() if c.available >= FULL_TIME * longest)
    return bands | _narrow(total, present, best, full_time)


def _narrow(
    total: int, claims: Mapping[str, Claim], bands: Mapping[str, Band], people: Sequence[str]
) -> dict[str, Band]:
    """Tighten the bands of `people` to the least range of rates that still lets all counts add up to the total."""
    days = sum(c.available for c in claims.values())
    rates = sorted(
        {Fraction(n, claims[p].available) for p in people for n in _near(total * claims[p].available / days, bands[p])}
    )
    best: tuple[Fraction, Fraction] | None = None
    top = 0
    for low in rates:
        while top < len(rates) and not _adds_up(total, claims, bands, people, low, rates[top]):
            top += 1
        if top == len(rates):
            break
        if rates[top] >= low and (best is None or rates[top] - low < best[1] - best[0]):
            best = (low, rates[top])
    if best is None:
        return dict(bands)
    return dict(bands) | {p: Band(*_clip(claims[p].available, bands[p], *best)) for p in people}


def _near(share: float, band: Band) -> range:
    """Counts worth looking at: within the band, and between half and twice the proportional share."""
    return range(
        min(max(band.low, floor(share / 2) - 1), band.high), max(min(band.high, ceil(2 * share) + 1), band.low) + 1
    )


def _clip(days: int, band: Band, low: Fraction, high: Fraction) -> tuple[int, int]:
    least = -(-low.numerator * days // low.denominator)
    most = high.numerator * days // high.denominator
    return max(band.low, least), min(band.high, most)


def _adds_up(
    total: int,
    claims: Mapping[str, Claim],
    bands: Mapping[str, Band],
    people: Sequence[str],
    low: Fraction,
    high: Fraction,
) -> bool:
    """True when counts inside the clipped bands can add up to the total."""
    wanted = frozenset(people)
    least = most = 0
    for person, band in bands.items():
        first, last = _clip(claims[person].available, band, low, high) if person in wanted else (band.low, band.high)
        if first > last:
            return False
        least += first
        most += last
    return least <= total <= most

"""Weights that drown others: inside a tier they compete, and what weighs a hundredth never counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scheduling.rules.rule import Tier
from scheduling.solver.examine.question import About, Warn
from scheduling.solver.examine.stages import Part

DROWNS = 100
"""Above this ratio within one tier of one model."""


def weights(parts: Sequence[Part]) -> Iterator[Warn]:
    """Per model and tier, what outweighs what by more than the ratio; the same pair is told once."""
    told: set[tuple[str, tuple[str, ...]]] = set()
    for part in parts:
        found: dict[Tier, dict[str, int]] = defaultdict(dict)
        for charge in part.priced.ledger:
            found[charge.tier][charge.name] = charge.weight
        for tier, by_name in found.items():
            heaviest = max(by_name, key=lambda n: (by_name[n], n))
            drowned = tuple(sorted(n for n, w in by_name.items() if w * DROWNS < by_name[heaviest]))
            if drowned and (heaviest, drowned) not in told:
                told.add((heaviest, drowned))
                small = ", ".join(f"{n} ({by_name[n]})" for n in drowned)
                text = f"in the {tier} tier {heaviest} ({by_name[heaviest]}) drowns {small}: more than {DROWNS} to 1"
                yield Warn(About.WEIGHTS, (heaviest, *drowned), text)

"""How a search ended, and what it proved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from scheduling.rules.rule import Tier
from scheduling.solver.objective import Breach
from scheduling.solver.sums import Sum


class Status(StrEnum):
    """How a search ended."""

    OPTIMAL = "optimal"
    FEASIBLE = "feasible"
    INFEASIBLE = "infeasible"
    UNKNOWN = "unknown"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class TierProof:
    """What is known of one tier: its objective, the bound no schedule can beat (given the tiers above), what it took."""

    tier: Tier
    objective: int
    bound: int
    effort: float
    breaches: tuple[Breach, ...]

    @property
    def proved(self) -> bool:
        """True when no schedule is better in this tier, given the ones above it."""
        return self.objective == self.bound

    @property
    def gap(self) -> float:
        """Objective less bound, relative to the objective."""
        return (self.objective - self.bound) / max(1, abs(self.objective))


@dataclass(frozen=True, eq=False)
class Outcome:
    """A search's end. `values` holds every variable of the model (empty without a solution); seconds are wall time."""

    status: Status
    tiers: tuple[TierProof, ...] = ()
    values: tuple[int, ...] = ()
    effort: float = 0.0
    first_feasible_seconds: float | None = None
    seconds: float = 0.0

    def value(self, total: Sum) -> int:
        """A sum's value in the solution."""
        return evaluate(total, self.values)


def evaluate(total: Sum, values: Sequence[int]) -> int:
    """A sum's value under the values of every variable of its model."""
    return total.constant + sum(w * values[v.index] for v, w in zip(total.literals, total.weights, strict=True))

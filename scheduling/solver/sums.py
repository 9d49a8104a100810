"""Linear sums over literals and constants, with their bounds: the sentences of a model before the engine sees them."""

from __future__ import annotations

from collections.abc import Iterable

from ortools.sat.python import cp_model

Literal = cp_model.IntVar | int
"""A boolean variable, or 0 or 1 where the facts have decided already. Bounded integer variables count as literals too."""


class Sum:
    """`constant` + Σ weight · literal. Constants are folded as they are added."""

    __slots__ = ("constant", "literals", "weights")

    def __init__(self, literals: Iterable[Literal] = (), constant: int = 0) -> None:
        self.constant = constant
        self.literals: list[cp_model.IntVar] = []
        self.weights: list[int] = []
        for literal in literals:
            self.add(literal)

    def add(self, literal: Literal, weight: int = 1) -> Sum:
        """Add one term; returns itself."""
        if isinstance(literal, int):
            self.constant += weight * literal
        elif weight:
            self.literals.append(literal)
            self.weights.append(weight)
        return self

    def plus(self, other: Sum, factor: int = 1) -> Sum:
        """Add a whole sum times a factor; returns itself."""
        self.constant += factor * other.constant
        self.literals.extend(other.literals)
        self.weights.extend(factor * w for w in other.weights)
        return self

    @property
    def fixed(self) -> bool:
        """True when nothing in it is left to decide."""
        return not self.literals

    @property
    def low(self) -> int:
        """Least value, every literal on its own."""
        return self.constant + sum(w * _bound(v, upper=w < 0) for v, w in zip(self.literals, self.weights, strict=True))

    @property
    def high(self) -> int:
        """Greatest value, every literal on its own."""
        return self.constant + sum(w * _bound(v, upper=w > 0) for v, w in zip(self.literals, self.weights, strict=True))

    def expression(self) -> cp_model.LinearExprT:
        """The engine's form."""
        return cp_model.LinearExpr.weighted_sum(self.literals, self.weights) + self.constant


def _bound(variable: cp_model.IntVar, *, upper: bool) -> int:
    if variable.is_boolean:
        return int(upper)
    domain: list[int] = list(variable.proto.domain)
    return domain[-1] if upper else domain[0]

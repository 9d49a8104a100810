"""The objective: what is priced, in which tier, and what it came to.

Tiers are lexicographic (rules.md): safety > training > operations > preference. They are solved one after the other, so
a weight only ever competes with weights of its own tier; weights are whole numbers up to 1,000, from the policy.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from scheduling.model.part import Part
from scheduling.model.policy import ObjectiveProfile, Policy
from scheduling.rules.rule import CheckOnly, Enforcement, Hard, Rule, Soft, Tier
from scheduling.solver.sums import Sum

TIERS = tuple(Tier)


@dataclass(frozen=True, slots=True, order=True)
class Where:
    """The place a rule or a term speaks of: people, dates, and the day part when it is one slot."""

    people: tuple[str, ...] = ()
    dates: tuple[dt.date, ...] = ()
    part: Part | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Charge:
    """One priced place: `amount` units at `weight` each.

    `breach` marks what is priced for being broken: in a good schedule it is nothing. All others price choices as they
    stand, and some of them are always made.
    """

    name: str
    tier: Tier
    weight: int
    where: Where
    amount: Sum
    breach: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Breach:
    """What one charge came to in a solution (amount above zero)."""

    tier: Tier
    name: str
    where: Where
    amount: int
    weight: int


class Prices:
    """Weights and enforcement as the policy and the objective profile have them."""

    def __init__(self, policy: Policy, profile: ObjectiveProfile, *, insist: Iterable[str] = ()) -> None:
        """What is insisted on is hard rather than priced."""
        self._policy = policy
        self._profile = profile
        self._insisted = frozenset(insist)

    def of(self, rule: Rule | str) -> Enforcement:
        """How the rule or term is enforced in this build. KeyError for a term the policy does not price."""
        name = rule if isinstance(rule, str) else rule.id
        if name in self._insisted:
            return Hard()
        if isinstance(rule, str):
            price = self._policy.solve.prices[rule]
            stated: Enforcement = Soft(Tier(price.tier), price.weight)
        else:
            stated = rule.enforcement
        if isinstance(stated, Soft) and name in self._profile.prices:
            weight = self._profile.prices[name]
            return Soft(stated.tier, weight) if weight else CheckOnly("priced at zero by the objective profile")
        if isinstance(stated, Soft) and not stated.weight:
            return CheckOnly("priced at zero by the policy")
        return stated


class Ledger:
    """Every charge of a model, by tier."""

    def __init__(self) -> None:
        self._charges: dict[Tier, list[Charge]] = defaultdict(list)

    def add(self, charge: Charge) -> None:
        """Enter a charge."""
        self._charges[charge.tier].append(charge)

    def __iter__(self) -> Iterator[Charge]:
        return (c for tier in TIERS for c in self._charges[tier])

    def charges(self, tier: Tier) -> tuple[Charge, ...]:
        """The charges of one tier, as entered."""
        return tuple(self._charges[tier])

    def total(self, tier: Tier) -> Sum:
        """The tier's objective."""
        total = Sum()
        for charge in self._charges[tier]:
            total.plus(charge.amount, charge.weight)
        return total


def by_name(breaches: Iterable[Breach]) -> Mapping[str, int]:
    """Units by rule or term, names sorted."""
    sums: dict[str, int] = defaultdict(int)
    for breach in breaches:
        sums[breach.name] += breach.amount
    return dict(sorted(sums.items()))

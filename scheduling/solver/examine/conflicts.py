"""Contradictions, found by building and solving: minimal sets that cannot hold together, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from scheduling.solver.block import OPEN_HALF_DAY
from scheduling.solver.build import Build, Instance
from scheduling.solver.cores import Budget, conflicting, find_core, ordered, rank, thinned
from scheduling.solver.examine.question import Condition, Conflict, Strength
from scheduling.solver.examine.stages import Part
from scheduling.solver.problem import LOCK
from scheduling.solver.stages import build_stage
from scheduling.solver.wording import grouped

MOST = 6
"""Sets told of one kind and stage: who has mended these asks again."""

ALIKE = 3
"""Sets of the same rules told; others are then looked for without what these have in common."""

_RECORDED = (LOCK,)


@dataclass(frozen=True, slots=True)
class MinimalSet:
    """Conditions that cannot hold together, whether that is proved, and what is left out while the next is looked for."""

    conditions: tuple[Instance, ...]
    verified: bool
    dropped: frozenset[Instance]


def conflicts_of(part: Part, budget: Budget) -> tuple[Conflict, ...]:
    """Hard contradictions first, then demands that cannot all be had in full beside what is hard."""
    demands = part.demands
    build = build_stage(part.problem, explaining=True, insist=demands)
    conditions = ordered(build)
    asked = frozenset(demands)
    hard = list(minimal_sets(build, [c for c in conditions if c.rule not in asked], asked, budget))
    gone = {c for found in hard for c in found.dropped}
    if len(hard) == MOST:
        # Others of the kind would hide the demands: what holds of them without any record holds with it too.
        gone |= {c for c in conditions if c.rule in _RECORDED}
    soft = minimal_sets(build, [c for c in conditions if c not in gone], asked, budget)
    told = [_told(part, found, asked) for found in (*hard, *soft)]
    return tuple(c for place, c in enumerate(told) if place < len(hard) or c.strength is Strength.DEMAND)


def varied(conflicts: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Hard ones first, then what is recorded, then demands; in each the first of every set of rules before its like."""
    seen: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    ranked = []
    for conflict in conflicts:
        kind = (conflict.strength.value, conflict.stage, conflict.rules)
        seen[kind] += 1
        ranked.append((list(Strength).index(conflict.strength), seen[kind], conflict))
    return tuple(conflict for *_, conflict in sorted(ranked, key=lambda r: r[:2]))


def minimal_sets(
    build: Build, conditions: Sequence[Instance], demands: frozenset[str], budget: Budget
) -> Iterator[MinimalSet]:
    """One set after the other among these conditions, each thinned and proved by a second solve."""
    left = list(conditions)
    alike: Counter[frozenset[str]] = Counter()
    for _ in range(MOST):
        if budget.over:
            budget.unsure = True
            return
        first = find_core(build, left, budget)
        if first is None:
            return
        sure = not budget.unsure
        budget.unsure = False
        least = thinned(build, first, budget)
        proved = conflicting(build, least, budget) and not budget.unsure
        budget.unsure = budget.unsure or not sure
        dropped = _given_up(least, demands)
        names = frozenset(c.rule for c in least)
        alike[names] += 1
        if alike[names] == ALIKE:
            dropped = frozenset(c for c in left if c.rule in {d.rule for d in dropped})
        yield MinimalSet(tuple(least), proved, dropped)
        left = [c for c in left if c not in dropped]


def _given_up(least: Iterable[Instance], demands: frozenset[str]) -> frozenset[Instance]:
    """What is asked for, or else the record, or else what can be changed at all."""
    every = frozenset(least)
    for chosen in (
        frozenset(c for c in every if c.rule in demands),
        frozenset(c for c in every if c.rule in _RECORDED),
        frozenset(c for c in every if rank(c)),
    ):
        if chosen:
            return chosen
    return every


def _told(part: Part, found: MinimalSet, demands: frozenset[str]) -> Conflict:
    names, facts = {c.rule for c in found.conditions}, {forced.instance for forced in part.priced.forced}
    by_facts = bool(names & set(_RECORDED)) or not facts.isdisjoint(found.conditions)
    strength = Strength.DEMAND if names & demands else Strength.RECORDED if by_facts else Strength.HARD
    told = tuple(Condition(g.rule, g.people, g.dates, g.message) for g in grouped(part.problem, found.conditions))
    return Conflict(strength, part.stage.value, tuple(sorted(names - {OPEN_HALF_DAY})), told, found.verified)

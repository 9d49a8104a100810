"""Contradictions, found by building and solving: minimal sets that cannot hold together, one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from scheduling.solver.build import Build, Instance
from scheduling.solver.cores import Budget, conflicting, find_core, ordered, rank, thinned
from scheduling.solver.examine.question import Condition, Conflict, Strength
from scheduling.solver.examine.stages import OPEN_HALF_DAY, Part
from scheduling.solver.problem import LOCK
from scheduling.solver.stages import build_stage
from scheduling.solver.wording import grouped

MOST = 6
"""Sets told of one kind and stage: who has mended these asks again."""

ALIKE = 3
"""Sets of the same rules told; others are then looked for without what these have in common."""

_RECORDED = (LOCK,)


def conflicts_of(part: Part, budget: Budget) -> tuple[Conflict, ...]:
    """Hard contradictions first, then demands that cannot all be had in full beside what is hard."""
    demands = part.demands
    build = build_stage(part.problem, explaining=True, insist=demands)
    conditions = ordered(build)
    asked = frozenset(demands)
    hard = list(_one_by_one(part, build, [c for c in conditions if c.rule not in asked], asked, budget))
    gone = {c for _, dropped in hard for c in dropped}
    if len(hard) == MOST:
        # Others of the kind would hide the demands: what holds of them without any record holds with it too.
        gone |= {c for c in conditions if c.rule in _RECORDED}
    soft = _one_by_one(part, build, [c for c in conditions if c not in gone], asked, budget)
    more = [found for found in soft if found[0].strength is Strength.DEMAND]
    return tuple(conflict for conflict, _ in (*hard, *more))


def varied(conflicts: Iterable[Conflict]) -> tuple[Conflict, ...]:
    """Hard ones first, then what is recorded, then demands; in each the first of every set of rules before its like."""
    seen: Counter[tuple[str, str, tuple[str, ...]]] = Counter()
    ranked = []
    for conflict in conflicts:
        kind = (conflict.strength.value, conflict.stage, conflict.rules)
        seen[kind] += 1
        ranked.append((list(Strength).index(conflict.strength), seen[kind], conflict))
    return tuple(conflict for *_, conflict in sorted(ranked, key=lambda r: r[:2]))


def _one_by_one(
    part: Part, build: Build, conditions: Sequence[Instance], demands: frozenset[str], budget: Budget
) -> Iterator[tuple[Conflict, frozenset[Instance]]]:
    """A set, and what of it is left out while the next is looked for."""
    left = list(conditions)
    alike: Counter[tuple[str, ...]] = Counter()
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
        conflict = _told(part, least, demands, verified=proved)
        alike[conflict.rules] += 1
        dropped = _given_up(least, demands)
        if alike[conflict.rules] == ALIKE:
            names = {c.rule for c in dropped}
            dropped = frozenset(c for c in left if c.rule in names)
        yield conflict, dropped
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


def _told(part: Part, least: Sequence[Instance], demands: frozenset[str], *, verified: bool) -> Conflict:
    names = {c.rule for c in least}
    strength = Strength.DEMAND if names & demands else Strength.RECORDED if names & set(_RECORDED) else Strength.HARD
    told = tuple(Condition(g.rule, g.people, g.dates, g.message) for g in grouped(part.problem, least))
    return Conflict(strength, part.stage.value, tuple(sorted(names - {OPEN_HALF_DAY})), told, verified)

"""Solutions of parts as one: decisions laid together, scores and bounds added tier by tier."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from scheduling.rules.rule import Tier
from scheduling.solver.objective import TIERS
from scheduling.solver.problem import Problem
from scheduling.solver.solution import Solution, TierResult
from scheduling.solver.status import Status

_WORST_FIRST = (Status.CANCELLED, Status.FEASIBLE, Status.OPTIMAL)


@dataclass(frozen=True, eq=False)
class Decided:
    """What was decided; `failed` is the part that has no schedule, given the ones before it (None: the whole)."""

    solution: Solution
    failed: Problem | None = None


def together(problem: Problem, parts: Sequence[Solution]) -> Solution:
    """The parts of one problem, each with a schedule. A later part's cell replaces an earlier one's."""
    statuses = {part.status for part in parts}
    decided = {(c.person, c.slot): c for part in parts for c in part.cells}
    opened = {o for part in parts for o in part.opened} - set(decided)
    return Solution(
        stage=problem.stage,
        problem=problem.digest,
        status=next((s for s in _WORST_FIRST if s in statuses), Status.OPTIMAL),
        cells=tuple(decided[key] for key in sorted(decided)),
        opened=tuple(sorted(opened)),
        weeks=tuple(sorted(w for part in parts for w in part.weeks)),
        calls=tuple(sorted(c for part in parts for c in part.calls)),
        halves=tuple(sorted(h for part in parts for h in part.halves)),
        gaps=tuple(sorted({slot for part in parts for slot in part.gaps})),
        tiers=tuple(_summed(tier, parts) for tier in TIERS),
        forced=tuple(f for part in parts for f in part.forced),
        seed=problem.settings.seed,
        effort=sum(part.effort for part in parts),
    )


def unfinished(found: Solution, *, stopped: bool) -> Solution:
    """What was decided where the rest was not, for a stop or want of effort: nothing is proved of the window."""
    status = Status.CANCELLED if stopped else Status.FEASIBLE
    return replace(found, status=status, tiers=tuple(replace(tier, whole=False) for tier in found.tiers))


def _summed(tier: Tier, parts: Sequence[Solution]) -> TierResult:
    found = [t for part in parts for t in part.tiers if t.tier is tier]
    breaches = tuple(b for t in found for b in t.breaches)
    return TierResult(tier, sum(t.objective for t in found), sum(t.bound for t in found), breaches)

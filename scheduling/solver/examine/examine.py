"""Examine a set of rules on a program's block: contradictions, dependencies, what each rule costs, what to know beforehand.

The same code for the policy in force and for a draft. Everything is bounded by deterministic effort, so the same question has
the same answer; what the effort did not reach is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from scheduling.solver.cores import Budget
from scheduling.solver.examine.capacity import capacity
from scheduling.solver.examine.conflicts import ALIKE, MOST, conflicts_of, varied
from scheduling.solver.examine.dependencies import chains_of, cycles_of, dependencies_of
from scheduling.solver.examine.effects import effects
from scheduling.solver.examine.hours import hours
from scheduling.solver.examine.profile import Effort, effort_of, profile_of, seconds_of, with_savings
from scheduling.solver.examine.question import About, Conflict, Examination, Question, Strength, Warn
from scheduling.solver.examine.stages import parts_of, under
from scheduling.solver.examine.weights import weights
from scheduling.solver.precheck import check_data
from scheduling.solver.problem import Problem

_CONFLICTS_SHARE = 0.5
_SOLVE_SHARE = 0.3
"""Shares of the effort for contradictions and for one solve of the block; the rest is for solves without the costliest rules."""


def examine(question: Question) -> Examination:
    """Build the block's models, solve what must be proved, and say what was found."""
    problem = question.problem if question.draft is None else under(question.problem, question.draft)
    parts = parts_of(problem)
    searching = Budget(question.effort * _CONFLICTS_SHARE)
    conflicts = varied(conflict for part in parts for conflict in conflicts_of(part, searching))
    whole = effort_of(problem, question.effort * _SOLVE_SHARE)
    dependencies = dependencies_of((part.whole, part.uses) for part in parts)
    measuring = Budget(max(0.0, question.effort - searching.spent - whole.units))
    profile, costliest = with_savings(profile_of(parts, problem.policy), parts, problem, whole, measuring)
    stands = [
        c for c in conflicts if c.strength is Strength.HARD or (c.strength is Strength.RECORDED and whole.infeasible)
    ]
    warnings = (
        *_unproved(conflicts, searching, whole, measuring),
        *_data(problem),
        *capacity(problem),
        *hours(problem),
        *weights(parts),
        *effects(parts, profile, problem.policy),
    )
    return Examination(
        feasible=not stands and not whole.infeasible,
        core=stands[0].conditions if stands else (),
        conflicts=conflicts,
        dependencies=dependencies,
        cycles=cycles_of(dependencies),
        chains=chains_of(dependencies),
        profile=profile,
        costliest=costliest,
        estimate=round(seconds_of(whole, parts), 2),
        warnings=warnings,
        complete=not searching.unsure and whole.proved,
        effort=searching.spent + whole.units + measuring.spent,
    )


def _unproved(conflicts: Sequence[Conflict], searching: Budget, whole: Effort, measuring: Budget) -> Iterator[Warn]:
    kinds = Counter((c.stage, c.strength) for c in conflicts)
    sets = Counter((c.stage, c.strength, c.rules) for c in conflicts)
    if max(kinds.values(), default=0) >= MOST or max(sets.values(), default=0) >= ALIKE:
        text = f"at most {ALIKE} contradictions of the same rules and {MOST} of a kind are told: mending these may show more"
        yield Warn(About.UNPROVED, (), text)
    if searching.unsure:
        text = "the effort ended before every contradiction was looked for: there may be more"
        yield Warn(About.UNPROVED, (), text)
    if not whole.proved:
        text = "the block's solve was not proved within the effort: it takes longer than estimate_s"
        yield Warn(About.UNPROVED, (), text)
    if measuring.unsure:
        yield Warn(About.UNPROVED, (), "the effort ended before all of the costliest rules were measured")


def _data(problem: Problem) -> Iterator[Warn]:
    """What the data checks before a solve say."""
    for trouble in check_data(replace(problem, calls_free=True)):
        dates = (trouble.start,) if trouble.start == trouble.end else (trouble.start, trouble.end)
        yield Warn(About.DATA, (), trouble.message, trouble.people, dates)

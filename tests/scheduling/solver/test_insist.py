from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from scheduling.model.part import Window
from scheduling.model.policy import shipped_policy
from scheduling.rules.rule import Tier
from scheduling.solver.cores import Budget
from scheduling.solver.infeasible import explain
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Progress, Stop
from scheduling.solver.release import release_duties
from scheduling.solver.sites import certify, solve_by_sites
from scheduling.solver.solution import Solution
from scheduling.solver.solve import Answer, solve, solve_whole_year
from scheduling.solver.stages import build_stage
from scheduling.solver.status import Status
from tests.agreement.random_programs import small_problem
from tests.scheduling.solver.planted import STRICT, requirement_too_large
from tests.scheduling.solver.solver_programs import (
    YEAR,
    changed,
    demo_year,
    priced,
    roster_of,
    settings,
    with_policy,
)

REQUIREMENT = "prog.requirement"
SEEDS = range(14)


@dataclass
class _StopsAtReason:
    """Stops as soon as reasons are looked for."""

    stop: Stop = field(default_factory=Stop)

    def progress(self, progress: Progress) -> None:
        if progress.phase == "explaining":
            self.stop.set()

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """Not looked at."""


def _insisting(problem: Problem, *names: str) -> Problem:
    program = with_policy(problem.roster.program, priced(problem.policy, insist=names))
    return replace(problem, roster=replace(problem.roster, program=program))


def _short(solution: Solution) -> set[str]:
    return {b.name for tier in solution.tiers for b in tier.breaches}


def test_what_is_insisted_on_is_met_in_full_or_there_is_a_reason() -> None:
    """Also where the tiers would rather break it: at their prices some of these programs fall short of what they can have."""
    outcomes: list[tuple[bool, Status]] = []
    for seed in SEEDS:
        problem = _insisting(small_problem(seed), REQUIREMENT)
        at_prices = REQUIREMENT in _short(solve_by_sites(problem))
        answer = solve(problem)
        outcomes.append((at_prices, answer.solution.status))
        assert answer.solution.status in (Status.OPTIMAL, Status.INFEASIBLE)
        assert REQUIREMENT not in _short(answer.solution)
        assert (answer.solution.status is Status.OPTIMAL) == answer.solution.found
        if answer.solution.status is Status.INFEASIBLE:
            assert answer.core is not None
            assert answer.core.verified
    assert set(outcomes) == {(False, Status.OPTIMAL), (True, Status.OPTIMAL), (True, Status.INFEASIBLE)}


def _dearer() -> tuple[Problem, Answer]:
    """A program that meets what it insists on only where prices are no matter."""
    for seed in SEEDS:
        problem = _insisting(small_problem(seed), REQUIREMENT)
        if problem.calls_free or REQUIREMENT not in _short(solve_by_sites(problem)):
            continue
        answer = solve(problem)
        if answer.solution.found:
            return problem, answer
    raise AssertionError("no such program")


def test_its_certificate_is_that_of_the_question_it_answers() -> None:
    """The bound of a search that may break it says nothing of one that may not."""
    problem, answer = _dearer()
    asked = replace(problem, insisting=True)
    assert answer.solution.problem == asked.digest != problem.digest
    assert certify(asked, answer.solution).holds


def test_a_term_that_prices_choices_can_be_insisted_on() -> None:
    """Nothing of it is left: nobody works on a weekday they would rather not."""
    met = 0
    for seed in SEEDS[:8]:
        if "avoided_weekday" in _short(solve(small_problem(seed)).solution):
            answer = solve(_insisting(small_problem(seed), "avoided_weekday"))
            assert "avoided_weekday" not in _short(answer.solution)
            assert answer.solution.found or answer.core is not None
            met += answer.solution.found
    assert met


def test_the_block_of_a_year_that_cannot_meet_it_is_named() -> None:
    """Its reason is worked out, and the part of the year it speaks of."""
    rows = [row.model_dump() for row in shipped_policy().requirements]
    for row in rows:
        if row["activity"] == "C":
            row.update(least=36, target=36, most=40)
    program, record = demo_year()
    program = with_policy(program, priced(changed(requirements=rows), insist=(REQUIREMENT,)))
    window = Window(dt.date(2026, 7, 2), dt.date(2026, 8, 26))
    base = release_duties(roster_of(program, record, YEAR.widen(7, 7)), window, weeks=True)
    answer = solve_whole_year(Problem(Stage.CALLS, base, window, weeks_free=True, calls_free=True, settings=settings()))
    assert answer.solution.status is Status.INFEASIBLE
    assert answer.solution.cells == ()
    assert answer.core is not None
    assert REQUIREMENT in {condition.rule for condition in answer.core.conditions}
    assert answer.part is not None
    assert answer.part.start in window
    assert answer.part != window


def test_a_reason_that_is_looked_for_can_be_stopped() -> None:
    """What was found stays, is not called proved, and half a reason is none."""
    planted = requirement_too_large("usual")
    problem = _insisting(planted.problem, *STRICT)
    ear = _StopsAtReason()
    answer = solve(problem, listener=ear, stop=ear.stop)
    assert answer.core is None
    assert answer.solution.status is Status.CANCELLED
    assert answer.solution.cells
    assert not [tier for tier in answer.solution.tiers if tier.proved]
    assert explain(planted.problem, insist=STRICT, stop=ear.stop) is None
    assert explain(planted.problem, insist=STRICT, ways_out=False) is not None


def test_nothing_is_solved_after_a_stop() -> None:
    """Every further test of a set of conditions is undecided, which never makes a set smaller."""
    stop = Stop()
    stop.set()
    budget = Budget(stop=stop)
    build = build_stage(requirement_too_large("usual").problem, explaining=True, insist=STRICT)
    _, status = budget.solve(build.model, 1.0, presolve=True)
    assert status not in (2, 3, 4)  # neither feasible, nor infeasible, nor optimal
    assert budget.unsure
    assert budget.spent == pytest.approx(0)

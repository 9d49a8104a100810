from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest
from ortools.sat.python import cp_model

from scheduling.model.errors import UserError
from scheduling.model.override import Source
from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.catalog import RULES
from scheduling.rules.finding import Binding
from scheduling.rules.rule import Hard
from scheduling.rules.validation import validate
from scheduling.solver.block import solve_block
from scheduling.solver.choice import Question, Verdict, Weighed, answer
from scheduling.solver.choice_model import ChoiceModel
from scheduling.solver.choice_problem import near, subject_of, whole
from scheduling.solver.objective import TIERS
from scheduling.solver.problem import Problem
from tests.agreement.random_programs import small_problem

SHORT, FULL = 5, 60
pytestmark = pytest.mark.timeout(1800)
Answered = list[tuple[Question, Weighed]]


@pytest.fixture(scope="module")
def answered(full_counts: bool) -> Answered:
    return [(question, answer(question)) for question in _questions(range(FULL if full_counts else SHORT))]


def _questions(seeds: range) -> Iterator[Question]:
    """Solved programs, and of each some slots with every kind of alternative."""
    for seed in seeds:
        problem = small_problem(seed)
        made = replace(solve_block(problem).applied(problem.roster), locks=())
        chance = random.Random(f"choice:{seed}")
        cells = [(p, s) for p, s, _ in made.filled(problem.window) if made.source_at(p, s) is Source.SOLVER]
        nights = [(p, s) for p, s in cells if s.part is Part.NIGHT]
        for person, slot in [*chance.sample(cells, 2), *nights[:1]]:
            others = [p.id for p in made.program.people if p.id != person]
            for instead in (None, chance.choice(others), chance.choice(("C", "AT", "GME", "ELEC", "LEC", "SM"))):
                question = Question(made, person, slot, instead)
                try:
                    question.require_admissible()
                except UserError:
                    continue
                yield question


def _cost(model: ChoiceModel, *, forced: bool) -> tuple[int, ...] | None:
    """The least cost by tier, by plain solves one after the other: no first tries, no shares of effort, and a limit that
    only keeps a search without an end from being waited for."""
    fixed = model.forced if forced else model.now
    if fixed is None:
        return None
    build = model.held(fixed)
    reached = []
    for tier in TIERS:
        total = build.ledger.total(tier).expression()
        build.model.minimize(total)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.linearization_level = 2  # without the whole LP some of these are not proved in half an hour
        solver.parameters.max_deterministic_time = 60
        status = solver.solve(build.model)
        if status == cp_model.INFEASIBLE:
            return None
        assert status == cp_model.OPTIMAL
        least = round(solver.objective_value)
        assert least == round(solver.best_objective_bound)
        reached.append(least)
        build.model.add_linear_constraint(total, cp_model.INT_MIN, least)
    return tuple(reached)


def _of(question: Question, found: Weighed) -> Problem:
    """The problem the answer speaks of: it says itself what was frozen."""
    subject = subject_of(question)
    close, wide = near(question, subject), whole(question, subject)
    windows = close.freed or ()
    return close if wide is None or all(str(w) in found.proof.frozen for w in windows) else wide


def test_the_verdict_is_that_of_a_plain_solve_with_the_choice_forced(answered: Answered) -> None:
    """Forbidden is infeasible, costlier costs exactly that much more, equal and free cost no more: on every random program."""
    for question, found in answered:
        model = ChoiceModel(_of(question, found), question.roster, subject_of(question))
        stays, changed = _cost(model, forced=False), _cost(model, forced=True)
        about = (question.person, str(question.slot), question.instead)
        if found.verdict is Verdict.FORBIDDEN:
            assert changed is None or "prog.lock" in {g.id for g in found.grounds}, about
            assert found.grounds, about
            continue
        assert stays is not None, about
        assert changed is not None, about
        if found.proof.optimal:
            assert found.delta is not None, about
            assert tuple(b - a for a, b in zip(stays, changed, strict=True)) == found.delta.by_tier, about
        assert found.verdict is not Verdict.COSTLIER or changed > stays, about
        assert not found.proof.optimal or (changed > stays) is (found.verdict is Verdict.COSTLIER), about
    assert {found.verdict for _, found in answered} == set(Verdict)


def test_what_is_free_is_free_for_the_checkers_too(answered: Answered) -> None:
    """Laid on by itself the change brings no must that was not there."""
    free = [(q, f) for q, f in answered if f.verdict is Verdict.FREE]
    assert len(free) >= 3
    for question, found in free:
        window = near(question, subject_of(question)).window
        before, after = _musts(question.roster, window), _musts(question.roster.with_changes(found.changes), window)
        assert after <= before, (question.person, str(question.slot), question.instead, after - before)
        assert found.moves == 0


def test_a_possible_alternative_breaks_no_hard_rule_where_all_of_it_is_laid_on(answered: Answered) -> None:
    """The schedule that is shown with an answer is one that a solve could have made."""
    hard = {rule.id for rule in RULES if isinstance(rule.enforcement, Hard)}
    for question, found in answered:
        if found.changes:
            window = near(question, subject_of(question)).window
            made = question.roster.with_changes(found.changes)
            fresh = _musts(made, window) - _musts(question.roster, window)
            assert not {key for key in fresh if key[0] in hard}, (question.person, str(question.slot), question.instead)


def test_the_same_question_has_the_same_answer(answered: Answered) -> None:
    """Deterministic to the last figure: changes, proof and wording."""
    for question, found in answered[::12]:
        assert answer(question) == found


def _musts(roster: Roster, window: Window) -> set[tuple[object, ...]]:
    found = validate(roster, window).findings
    return {(f.rule, f.person, f.start, f.part, f.about) for f in found if f.binding is Binding.MUST}

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping

import pytest
from ortools.sat.python import cp_model

from scheduling.model.part import Slot
from scheduling.model.roster import Roster
from scheduling.rules.catalog import RULES, is_on
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.rule import Hard, Rule, Soft
from scheduling.solver.block import build_block, read_block, solve_block
from scheduling.solver.build import Build
from scheduling.solver.problem import Problem
from scheduling.solver.search import run
from scheduling.solver.solution import Solution, solver_cells
from scheduling.solver.status import Status
from tests.agreement.random_programs import small_problem

SHORT, FULL = 16, 300
pytestmark = pytest.mark.timeout(1800)
Key = tuple[object, ...]


@pytest.fixture(scope="module")
def seeds(full_counts: bool) -> range:
    return range(FULL if full_counts else SHORT)


def _claims_hard(rule: Rule, finding: Finding) -> bool:
    """Hard rules forbid what is a breach of their own binding; a visible gap or a soft limit beside it is priced."""
    if not isinstance(rule.enforcement, Hard) or finding.kind is FindingKind.GAP:
        return False
    return rule.id != "prog.rooms" or finding.binding is Binding.MUST


def _keys(problem: Problem, roster: Roster, rules: Mapping[str, Rule], *, hard: bool) -> set[Key]:
    people = [p.id for p in roster.program.people]
    return {
        (f.rule, f.person, f.start, f.end, f.part, f.about, f.value)
        for rule in rules.values()
        for f in rule.check(roster, problem.window, people)
        if _claims_hard(rule, f) or not hard
    }


def _rules(problem: Problem, kind: type[Hard | Soft]) -> dict[str, Rule]:
    return {r.id: r for r in RULES if isinstance(r.enforcement, kind) and is_on(r, problem.policy)}


def test_every_solution_passes_every_checker_whose_rule_claims_to_be_hard(seeds: range) -> None:
    """But for what its locked cells break by themselves. No disagreement on any random program."""
    solved = 0
    for seed in seeds:
        problem = small_problem(seed)
        solution = solve_block(problem)
        assert solution.status in (Status.OPTIMAL, Status.FEASIBLE), seed
        solved += 1
        hard = _rules(problem, Hard)
        before = _keys(problem, problem.roster, hard, hard=True)
        after = _keys(problem, solution.applied(problem.roster), hard, hard=True)
        assert after <= before, (seed, after - before)
    assert solved == len(seeds)


def test_what_a_soft_checker_finds_was_paid_for(seeds: range) -> None:
    """A finding of a priced rule about anything decided is a breach in the solution's proof; nothing slips through."""
    for seed in seeds:
        problem = small_problem(seed)
        solution = solve_block(problem)
        paid = {b.name for t in solution.tiers for b in t.breaches}
        soft = _rules(problem, Soft)
        made = solution.applied(problem.roster)
        touched = {(c.person, c.slot.date) for c in solution.cells}
        dates = {date for _, date in touched}
        people = [p.id for p in made.program.people]
        for rule in soft.values():
            if rule.id in ("prog.requirement", "prog.call_equity"):
                continue
            for f in rule.check(made, problem.window, people):
                where = [(f.person, d) for d in f.window]
                decided = any(w in touched for w in where) if f.person else any(d in dates for d in f.window)
                fixed = f in set(rule.check(problem.roster, problem.window, people))
                assert rule.id in paid or not decided or fixed, (seed, f)


def _assignment(build: Build, chance: random.Random) -> dict[tuple[str, Slot], str]:
    """Any choice for every cell, mostly one the model offers, now and then one that it does not."""
    roster = build.problem.roster
    codes = [a.code for a in roster.catalogue if a.hours and "AM" in a.hours]
    found = {}
    for person, slot, options in build.variables.decided():
        offered = [c for c, literal in options.items() if not (isinstance(literal, int) and not literal)]
        found[person, slot] = chance.choice(offered if chance.random() < 0.999 else codes)
    return found


def _feasible(build: Build, chosen: Mapping[tuple[str, Slot], str]) -> bool:
    """True when the model accepts the assignment: prices are free, hard constraints are not."""
    model = build.model.clone()
    for person, slot, options in build.variables.decided():
        wanted = chosen[person, slot]
        if wanted not in options:
            return False
        for code, literal in options.items():
            if isinstance(literal, int):
                if literal != int(code == wanted):
                    return False
            else:
                model.add_linear_constraint(literal, int(code == wanted), int(code == wanted))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)


def _tries(seeds: range) -> Iterator[tuple[int, Problem, Build, dict[tuple[str, Slot], str]]]:
    for seed in seeds:
        problem = small_problem(seed)
        if problem.calls_free:
            continue
        build = build_block(problem)
        for turn in range(4):
            chance = random.Random(f"{seed}:{turn}")
            yield seed, problem, build, _assignment(build, chance)


def test_a_roster_the_checkers_reject_is_infeasible_when_fixed_and_the_other_way_round(seeds: range) -> None:
    """Random rosters, good and bad: model and hard checkers never disagree."""
    seen = {True: 0, False: 0}
    for seed, problem, build, chosen in _tries(seeds):
        hard = _rules(problem, Hard)
        fixed = Solution(problem.stage, "", Status.FEASIBLE, cells=solver_cells(chosen))
        before = _keys(problem, problem.roster, hard, hard=True)
        after = _keys(problem, fixed.applied(problem.roster), hard, hard=True)
        accepted = after <= before
        offered = all(code in build.variables.options(*cell) for cell, code in chosen.items())
        if accepted and not offered:
            continue
        assert _feasible(build, chosen) is accepted, (seed, after - before)
        seen[accepted] += 1
    assert min(seen.values()) >= 3, seen


def test_the_objective_of_a_solution_is_what_its_breaches_add_up_to(seeds: range) -> None:
    """Weight times amount, tier by tier."""
    for seed in seeds[:20]:
        problem = small_problem(seed)
        build = build_block(problem)
        solution = read_block(build, run(build, problem.settings))
        for tier in solution.tiers:
            assert tier.objective == sum(b.amount * b.weight for b in tier.breaches), (seed, tier.tier)
            assert tier.bound <= tier.objective

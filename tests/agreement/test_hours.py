from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Mapping

import pytest
from ortools.sat.python import cp_model

from scheduling.model.part import Slot
from scheduling.model.roster import Roster
from scheduling.rules.catalog import BY_ID
from scheduling.rules.finding import Finding
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Problem
from scheduling.solver.solution import Solution, solver_cells
from scheduling.solver.stages import build_stage
from scheduling.solver.status import Status
from tests.agreement.hours_scenarios import WHO, block_on_duty, choices, scenario

AVERAGED = ("acgme.6.20", "acgme.6.21.b")
BETWEEN = ("acgme.6.21", "acgme.6.21.a", "acgme.6.22")
TURNS = 4
pytestmark = pytest.mark.timeout(1800)


def _paid(build: Build, chosen: Mapping[tuple[str, Slot], str]) -> list[tuple[str, Where]] | None:
    """What the hours rules charge for these choices at the least; None where the model does not take them."""
    model = build.model.clone()
    for person, slot, options in build.variables.decided():
        if person == WHO:
            for code, literal in options.items():
                wanted = int(chosen.get((person, slot)) == code)
                if not isinstance(literal, int):
                    model.add_linear_constraint(literal, wanted, wanted)
                elif literal != wanted:
                    return None
    charges = [c for c in build.ledger if c.name in (*AVERAGED, *BETWEEN)]
    model.minimize(sum((c.amount.expression() for c in charges if not c.amount.fixed), 0))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        return None
    return [(c.name, c.where) for c in charges if solver.value(c.amount.expression()) > 0]


def _unpaid(problem: Problem, made: Roster, paid: Iterable[tuple[str, Where]]) -> list[Finding]:
    """Findings that no charge speaks of, but for those that what stands breaks by itself."""
    found, paid = [], list(paid)
    for rule in (*AVERAGED, *BETWEEN):
        before = list(BY_ID[rule].check(problem.roster, problem.window, [WHO]))
        known = {(f.start, f.end, f.about, f.value) for f in before}
        for finding in BY_ID[rule].check(made, problem.window, [WHO]):
            if (finding.start, finding.end, finding.about, finding.value) in known:
                continue
            if rule in BETWEEN and rule != "acgme.6.21" and any(f.window.meets(finding.window) for f in before):
                continue  # a duty that was too long, or followed too soon, and now has other ends
            if not any(name == rule and _speaks_of(where, finding) for name, where in paid):
                found.append(finding)
    return found


def _speaks_of(where: Where, finding: Finding) -> bool:
    if finding.rule in AVERAGED:
        return where.dates == (finding.start, finding.end)
    return where.dates[0] <= finding.end and finding.start <= where.dates[-1]


def _disagreements(problem: Problem, chance: random.Random, fired: Counter[str]) -> list[Finding]:
    build, found = build_stage(problem), []
    for _ in range(TURNS):
        chosen = choices(build, chance)
        paid = _paid(build, chosen)
        if paid is not None:
            made = Solution(problem.stage, "", Status.FEASIBLE, cells=solver_cells(chosen)).applied(problem.roster)
            found += _unpaid(problem, made, paid)
            fired.update(name for name, _ in paid)
    return found


def test_what_the_hours_checkers_find_between_duties_was_charged(full_counts: bool) -> None:
    """Rests, length and rest after call, with hours on record and without: the model never takes less than the checker."""
    fired: Counter[str] = Counter()
    for seed in range(1000 if full_counts else 60):
        assert not _disagreements(scenario(seed), random.Random(f"turns of {seed}"), fired), seed
    assert set(fired) >= set(BETWEEN)


def test_what_the_averaging_checkers_find_in_a_block_was_charged(full_counts: bool) -> None:
    """Hours and free days of a whole block on duty, its ends and the nights before a free day included."""
    fired: Counter[str] = Counter()
    for seed in range(300 if full_counts else 16):
        assert not _disagreements(block_on_duty(seed), random.Random(f"turns of {seed}"), fired), seed
    assert set(fired) >= set(AVERAGED)

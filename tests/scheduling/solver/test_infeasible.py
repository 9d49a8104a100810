from __future__ import annotations

from collections.abc import Callable

import pytest

from scheduling.solver.infeasible import Core, explain
from scheduling.solver.problem import Problem
from scheduling.solver.stages import build_stage
from tests.scheduling.solver.planted import PLANTED, STRICT, Planted, no_eligible_caller
from tests.scheduling.solver.solver_programs import demo_block


def _holds_without(problem: Problem, core: Core, insist: tuple[str, ...], left_out: int) -> bool:
    """True when the core's other conditions hold together: the one left out was needed."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an independent solve

    build = build_stage(problem, explaining=True, insist=insist)
    for place, condition in enumerate(core.conditions):
        if place != left_out:
            build.model.add_bool_and([build.switches[condition]])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver.solve(build.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda p: p.__name__)
def test_a_planted_cause_is_in_a_minimal_core(plant: Callable[[str], Planted]) -> None:
    """Verified by a second solve of the core alone, and by one solve per condition left out."""
    planted = plant("usual")
    core = explain(planted.problem, insist=planted.insist, ways_out=False)
    assert core is not None
    assert core.verified
    assert planted.rule in {c.rule for c in core.conditions}, [c.rule for c in core.conditions]
    assert planted.people <= {p for c in core.conditions for p in c.where.people}
    assert planted.dates <= {d for c in core.conditions for d in c.where.dates}
    for place in range(len(core.conditions)):
        assert _holds_without(planted.problem, core, planted.insist, place), core.conditions[place]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda p: p.__name__)
def test_ways_out_are_proved_and_cheapest_first(plant: Callable[[str], Planted]) -> None:
    """Up to three, each a set of conditions that the policy lets give way."""
    planted = plant("usual")
    core = explain(planted.problem, insist=planted.insist)
    assert core is not None
    assert 1 <= len(core.ways_out) <= 3
    assert [w.cost for w in core.ways_out] == sorted(w.cost for w in core.ways_out)
    assert len({w.conditions for w in core.ways_out}) == len(core.ways_out)
    prices = planted.problem.policy.solve.relax
    assert all(w.cost == sum(prices[c.rule] for c in w.conditions) for w in core.ways_out)


def test_a_problem_with_a_schedule_has_no_core() -> None:
    """Also where everything the strict profile names is insisted on."""
    assert explain(demo_block("usual", 0, 5), insist=STRICT) is None


def test_the_message_names_all_who_are_absent() -> None:
    """One sentence for ten conditions."""
    planted = no_eligible_caller("usual")
    core = explain(planted.problem, insist=planted.insist, ways_out=False)
    assert core is not None
    assert {g.message for g in core.groups} == {
        "all 10 eligible callers are absent on Mon 14 Sep 2026",
        "a caller is needed on Mon 14 Sep 2026",
    }


def test_the_cheapest_way_out_of_an_unstaffed_night_is_a_visible_gap() -> None:
    """Cheaper than taking somebody's leave away."""
    planted = no_eligible_caller("usual")
    core = explain(planted.problem, insist=planted.insist)
    assert core is not None
    assert [c.rule for c in core.ways_out[0].conditions] == ["call_gap"]
    assert {c.rule for w in core.ways_out[1:] for c in w.conditions} == {"prog.call_absent"}

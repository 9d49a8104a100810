from __future__ import annotations

import json

import pytest

from scheduling.model.calendar import days
from scheduling.model.override import OverrideType
from scheduling.model.part import Slot, Window
from scheduling.model.plan import CascadePlan
from scheduling.model.plan_body import body_of, plan_digest, plan_of
from scheduling.model.plan_check import objections, planned_roster
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question
from tests.scheduling.solver.cascade_board import AM, MONDAY, NIGHT, PM, TUESDAY, board, busy, in_clinic
from tests.scheduling.solver.cascade_programs import small_program

CELLS = {
    ("fac-01", MONDAY, AM): "AT",
    ("fac-01", MONDAY, PM): "C",
    ("fac-01", MONDAY, NIGHT): "CALL",
    ("fac-01", TUESDAY, AM): "PCAT",
    ("fac-01", TUESDAY, PM): "DO",
    **in_clinic(),
    **busy("C", "fac-02", "fac-03", "fac-04"),
}
ROSTER = board(CELLS)
PLAN = plan_cascade(Question(ROSTER, ("fac-01",), Window(MONDAY, MONDAY), alternatives=1))[0]


def random_plan(seed: int) -> CascadePlan:
    roster = small_program(seed)
    core = [p.id for p in roster.program.people if p.takes_call]
    return plan_cascade(Question(roster, (core[seed % len(core)],), Window(MONDAY, MONDAY + days(2)), alternatives=1))[
        0
    ]


@pytest.mark.parametrize("seed", range(8))
def test_a_plan_survives_storage(seed: int) -> None:
    """Through JSON and back it is the same plan with the same digest."""
    plan = random_plan(seed)
    body = body_of(plan)
    again = json.loads(json.dumps(body))
    assert plan_of(again) == plan
    assert plan_digest(again) == plan_digest(body)


def test_the_digest_changes_with_anything_in_it() -> None:
    """Another overlay, version or replacement is another plan."""
    body = body_of(PLAN)
    changes: list[dict[str, object]] = [{"overlay": 9}, {"versions": {}}, {"bound": 1}, {"steps": body["steps"][1:]}]
    for changed in changes:
        assert plan_digest({**body, **changed}) != plan_digest(body)


def test_a_plan_knows_every_cell_it_touches() -> None:
    """Assignments, replacements and released cells, and the day after the window."""
    cells = PLAN.touched
    assert ("fac-01", Slot(TUESDAY, PM)) in cells
    assert {(s.to, s.slot) for s in PLAN.steps if s.to} <= set(cells)
    assert {(r.person, r.slot) for s in PLAN.steps for r in s.releases} <= set(cells)
    assert PLAN.dates == Window(MONDAY, TUESDAY)
    assert PLAN.points == sum(s.points for s in PLAN.steps)


def test_its_overrides_are_one_for_each_assignment() -> None:
    """Covers name their replacement, releases are cancellations, and no cell is overridden twice."""
    made = PLAN.overrides("plan-1", "ovr-x")
    assert len({(o.person, o.slot) for o in made}) == len(made)
    assert all((o.replacement is not None) == (o.type is OverrideType.COVERAGE) for o in made)
    assert {o.plan for o in made} == {"plan-1"}
    assert [o.id for o in made] == [f"ovr-x-{n:03d}" for n in range(1, len(made) + 1)]


def test_nothing_stands_against_a_plan_on_its_own_roster() -> None:
    """And laid on it, its covers hold what they should."""
    assert objections(ROSTER, PLAN) == ()
    after = planned_roster(ROSTER, PLAN)
    for step in PLAN.steps:
        if step.to:
            assert after.at(step.to, step.slot) == step.activity


def test_what_changed_since_is_named() -> None:
    """An assignment that is gone, a replacement who was given something else."""
    gone = board({k: v for k, v in CELLS.items() if k != ("fac-01", MONDAY, AM)})
    assert any("no longer holds AT" in text for text in objections(gone, PLAN))
    taker = next(s.to for s in PLAN.steps if s.activity == "CALL")
    taken = board({**CELLS, (str(taker), MONDAY, NIGHT): "NF"})
    assert any("is taken" in text for text in objections(taken, PLAN))

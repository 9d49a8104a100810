from __future__ import annotations

import random

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from scheduling.model.calendar import days
from scheduling.model.overlay import overlaid
from scheduling.model.override import OverrideType
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.plan_check import planned_roster
from scheduling.rules.catalog import rule
from scheduling.rules.finding import Binding
from scheduling.solver.cascade import plan_cascade
from scheduling.solver.cascade_question import Question
from tests.scheduling.solver.cascade_programs import MONDAY, small_program

NEVER_LOST = {"FMIT", "AT", "PCAT", "DO"}


@example(seed=259, length=2, shift=0, both=False)
@example(seed=945, length=5, shift=0, both=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), length=st.integers(1, 5), shift=st.integers(-4, 4), both=st.booleans())
def test_plans_keep_their_promises(seed: int, length: int, shift: int, both: bool) -> None:
    """No double booking, nobody absent used, nothing protected lost, the cost adds up, and undoing restores every cell."""
    roster = small_program(seed)
    chance = random.Random(seed)
    core = [p.id for p in roster.program.people if p.takes_call]
    absent = tuple(chance.sample(core, 2 if both else 1))
    window = Window(MONDAY + days(shift), MONDAY + days(shift + length - 1))
    plans = plan_cascade(Question(roster, absent, window))
    assert len({tuple((s.person, s.slot, s.to, s.type) for s in p.steps if s.depth == 1) for p in plans}) == len(plans)
    assert [p.points for p in plans] == sorted(p.points for p in plans)
    for plan in plans:
        assert plan.points == sum(c.points for s in plan.steps for c in s.charges)
        after = planned_roster(roster, plan)
        assert len(after.doubled) <= len(roster.doubled)
        for step in plan.steps:
            assert step.to not in absent
            if step.to is not None:
                assert not roster.is_absent(step.to, step.slot)
                assert not roster.program.person(step.to).is_adjunct
                assert after.at(step.to, step.slot) == step.activity
            else:
                assert not (step.type is OverrideType.CANCELLATION and step.activity in NEVER_LOST | {"CALL"})
            assert not {r.activity for r in step.releases} & NEVER_LOST
            assert not any(roster.catalogue[r.activity].is_time_off for r in step.releases)
            assert step.depth <= 2
        for slot in (Slot(date, part) for date in window for part in PARTS):
            held = {after.at(person, slot) for person in absent}
            assert not held & {"FMIT", "AT", "PCAT", "CALL", "C", "VAS", "GME", "DFM"}
        undone = overlaid(after, roster.overrides)
        assert np.array_equal(undone.cells, roster.cells)
        assert undone.versions == roster.versions


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), length=st.integers(1, 4))
def test_what_a_plan_says_of_supervision_is_what_the_rule_finds(seed: int, length: int) -> None:
    """Missing attendings after the plan are the sum of the rule's findings, counted by the rule itself."""
    roster = small_program(seed)
    core = [p.id for p in roster.program.people if p.takes_call]
    window = Window(MONDAY, MONDAY + days(length - 1))
    plan = plan_cascade(Question(roster, (core[0],), window, alternatives=1))[0]
    after = planned_roster(roster, plan)
    people = [p.id for p in roster.program.people]
    found = rule("prog.supervision").check(after, Window(window.start, window.end + days(1)), people)
    assert plan.after.supervision_short == sum(int(f.limit - f.value) for f in found if f.binding is Binding.MUST)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), length=st.integers(1, 4))
def test_nothing_is_handed_on_that_costs_as_much_without(seed: int, length: int) -> None:
    """Where the cheapest plan in which nobody hands on anything costs no more, it is the answer."""
    roster = small_program(seed)
    core = [p.id for p in roster.program.people if p.takes_call]
    window = Window(MONDAY, MONDAY + days(length - 1))
    [direct] = plan_cascade(Question(roster, (core[0],), window, depth=1, alternatives=1))
    [plan] = plan_cascade(Question(roster, (core[0],), window, depth=2, alternatives=1))
    assert plan.points <= direct.points
    if plan.points == direct.points:
        assert not [s for s in plan.steps if s.depth > 1]

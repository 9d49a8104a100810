from __future__ import annotations

import pytest

from scheduling.rules.catalog import BY_ID, RULES
from scheduling.rules.finding import FindingKind
from scheduling.rules.rule import CheckOnly, Hard
from scheduling.solver.build import Build
from scheduling.solver.catalog import constraints
from scheduling.solver.problem import Problem
from scheduling.solver.rules.nights import calls
from scheduling.solver.search import run
from scheduling.solver.stages import build_stage, read_stage
from scheduling.solver.status import Status
from scheduling.solver.sums import Sum
from tests.agreement.probe_house import policy
from tests.agreement.probes import PROBES, Probe


def _problem(probe: Probe, *off: str) -> Problem:
    return probe.problem(policy((*probe.beside, *off), probe.prices, probe.extra))


def _broken(rule: str, problem: Problem) -> int:
    """How often the rule's own checker finds it broken in the solution; or, for what no roster can hold, the model."""
    build = build_stage(problem)
    outcome = run(build, problem.settings)
    assert outcome.status is Status.OPTIMAL, outcome.status
    if rule == "prog.one_activity":
        return sum(outcome.value(Sum(options.values())) > 1 for _, _, options in build.variables.decided())
    if rule == "prog.one_caller":
        nights = {n: Sum(call for _, night, call in calls(build) if night == n) for n in build.variables.nights}
        return sum(outcome.value(callers) > 1 for callers in nights.values())
    made = read_stage(build, outcome).applied(problem.roster)
    people = [p.id for p in made.program.people]
    found = list(BY_ID[rule].check(made, problem.window, people))
    if isinstance(BY_ID[rule].enforcement, Hard):
        found = [f for f in found if f.kind is not FindingKind.GAP]
    return len(found)


@pytest.mark.parametrize("rule", sorted(PROBES))
def test_a_rule_changes_the_answer_where_obeying_it_costs(rule: str) -> None:
    """With the rule on it is kept, with the rule off the very same problem is answered by breaking it."""
    probe = PROBES[rule]
    kept, broken = _broken(rule, _problem(probe)), _broken(rule, _problem(probe, rule))
    assert kept < broken
    if isinstance(BY_ID[rule].enforcement, Hard):
        assert kept == 0


@pytest.mark.parametrize("rule", sorted(PROBES))
def test_a_hard_rule_has_no_price_and_a_soft_one_always_has(rule: str) -> None:
    """The model holds the rule as its enforcement says: bounds without slack, or charges at the stated tier and weight."""
    build: Build = build_stage(_problem(PROBES[rule]))
    charged = {(c.tier, c.weight) for c in build.ledger if c.name == rule}
    stated = BY_ID[rule].enforcement
    if isinstance(stated, Hard):
        assert not charged
    else:
        weight = PROBES[rule].prices.get(rule, stated.weight)  # type: ignore[union-attr]  # not Hard, and not CheckOnly: it has a probe
        assert charged == {(stated.tier, weight)}  # type: ignore[union-attr]  # as above


def test_every_rule_that_steers_has_a_constraint_and_a_probe() -> None:
    """And no rule that only checks has either."""
    steering = {r.id for r in RULES if not isinstance(r.enforcement, CheckOnly)}
    assert {c.rule.id for c in constraints()} == steering
    assert set(PROBES) == steering


def test_every_check_only_rule_says_why() -> None:
    """The reason is part of its enforcement."""
    assert all(r.enforcement.reason for r in RULES if isinstance(r.enforcement, CheckOnly))

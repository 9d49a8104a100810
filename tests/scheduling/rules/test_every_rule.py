"""Every rule fires where it should, stays silent beside it, names its findings for good and explains them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.rules.catalog import RULES, is_on
from scheduling.rules.explanation import explain, find_again
from scheduling.rules.finding import Binding
from scheduling.rules.finding_id import FindingRef, finding_id, read_finding_id
from scheduling.rules.rule import CheckOnly, Rule, Soft
from tests.scheduling.rules.pairs import pairs
from tests.scheduling.rules.rosters import found

PAIRS = pairs()
GOLDEN = {
    "acgme.6.20": (11, 13, 14, 16, 17, 19, 20, 21, 22, 23),
    "acgme.6.21": (4,),
    "acgme.6.21.a": (1, 6),
    "acgme.6.21.b": (7, 8, 9, 10, 12, 24),
    "acgme.6.22": (18,),
    "acgme.6.22.a": (2, 3),
    "acgme.6.24": (17,),
    "acgme.6.25.b": (15,),
    "acgme.6.27": (5, 6),
}
"""Golden cases of rules.md by rule; the other rules have the pair of rosters alone."""

each_rule = pytest.mark.parametrize("rule", [pytest.param(r, id=r.id) for r in RULES])


def test_the_manifest_lists_every_rule_once() -> None:
    """Ids are unique, every rule has its pair, and every pair its rule."""
    assert len({r.id for r in RULES}) == len(RULES)
    assert set(PAIRS) == {r.id for r in RULES}


def test_every_golden_case_is_a_test_by_its_number() -> None:
    """Cases 1 to 24, each claimed by a rule."""
    source = Path(__file__).with_name("test_golden_cases.py").read_text("utf-8")
    names = [n.name for n in ast.parse(source).body if isinstance(n, ast.FunctionDef)]
    tested = {int(n.split("_")[2]) for n in names if n.startswith("test_case_")}
    assert tested == set(range(1, 25)) == {n for cases in GOLDEN.values() for n in cases}


@each_rule
def test_a_rule_says_who_it_is(rule: Rule) -> None:
    """Title, citation, text, binding, enforcement; a soft one has a weight, a check-only one a reason."""
    assert rule.title
    assert rule.citation
    assert len(rule.text) > 20
    assert isinstance(rule.binding, Binding)
    if isinstance(rule.enforcement, Soft):
        assert 0 < rule.enforcement.weight <= 1000
    if isinstance(rule.enforcement, CheckOnly):
        assert rule.enforcement.reason


@each_rule
def test_a_rule_fires_on_the_broken_roster_and_not_beside_it(rule: Rule) -> None:
    """The pair differs in what the rule is about."""
    broken, sound = PAIRS[rule.id]
    assert found(broken, rule.id) != []
    assert found(sound, rule.id) == []


@each_rule
def test_a_finding_is_found_again_by_its_id_and_explains_itself(rule: Rule) -> None:
    """The id leads back to the same finding; the arithmetic has lines, the message speaks, figures are exact."""
    broken, _ = PAIRS[rule.id]
    for finding in found(broken, rule.id):
        name = finding_id("test", finding)
        assert read_finding_id("test", name) == FindingRef.of(finding)
        assert find_again(broken, FindingRef.of(finding)) == finding
        told = explain(broken, finding)
        assert told.rule is rule
        assert told.arithmetic
        assert all(line.label and line.value for line in told.arithmetic)
        assert finding.message
        assert finding.value != finding.limit


@each_rule
def test_a_person_can_be_checked_alone_where_the_rule_says_so(rule: Rule) -> None:
    """The findings of one person are the same whoever else is looked at."""
    broken, _ = PAIRS[rule.id]
    window = broken.window
    everybody = list(rule.check(broken, window, tuple(broken.rows)))
    alone = [f for p in broken.rows for f in rule.check(broken, window, (p,))]
    if rule.per_person:
        assert sorted(map(repr, everybody)) == sorted(map(repr, alone))
    assert list(rule.check(broken, window, tuple(broken.rows))) == everybody


@each_rule
def test_a_rule_is_silent_outside_its_window_and_when_it_is_off(rule: Rule) -> None:
    """A window far away finds nothing; the policy's switches hold."""
    broken, _ = PAIRS[rule.id]
    later = Window(broken.window.end + days(800), broken.window.end + days(801))
    assert [f for f in rule.check(broken, later, tuple(broken.rows)) if f.window.meets(broken.window)] == []
    policy = broken.policy(broken.window.start)
    assert is_on(rule, policy)
    off = policy.model_copy(update={"rules": policy.rules.model_copy(update={"off": (rule.id,)})})
    assert not is_on(rule, off)

"""The manifest: no rule is without citation, golden cases, checker test, probe and explanation."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from scheduling.model.roster import Roster
from scheduling.rules.catalog import BY_ID, RULES
from scheduling.rules.explanation import explain
from scheduling.rules.rule import CheckOnly, Rule
from scheduling.solver.catalog import constraints
from tests.agreement.probes import PROBES, Probe
from tests.scheduling.rules.pairs import pairs
from tests.scheduling.rules.rosters import found
from tests.scheduling.rules.test_every_rule import GOLDEN

NEEDED = {"citation", "golden cases", "checker test", "probe", "explanation"}
_CASES = Path(__file__).with_name("test_golden_cases.py")


def cases() -> dict[int, frozenset[str]]:
    """The strings in the body of every golden case's test, by its number."""
    functions = [n for n in ast.parse(_CASES.read_text("utf-8")).body if isinstance(n, ast.FunctionDef)]
    return {
        int(f.name.split("_")[2]): frozenset(
            n.value for n in ast.walk(f) if isinstance(n, ast.Constant) and isinstance(n.value, str)
        )
        for f in functions
        if f.name.startswith("test_case_")
    }


@dataclass(frozen=True)
class Manifest:
    """What is there for the rules: cases by number with the ids they name, rosters, probes, rules with a constraint."""

    golden: Mapping[str, Sequence[int]] = field(default_factory=lambda: GOLDEN)
    cases: Mapping[int, frozenset[str]] = field(default_factory=cases)
    pairs: Mapping[str, tuple[Roster, Roster]] = field(default_factory=pairs)
    probes: Mapping[str, Probe] = field(default_factory=lambda: PROBES)
    constrained: frozenset[str] = frozenset(c.rule.id for c in constraints())

    def lacks(self, rule: Rule) -> Iterator[str]:
        """What the rule is without."""
        if not rule.citation.strip():
            yield "citation"
        pair = self.pairs.get(rule.id)
        broken = found(pair[0], rule.id) if pair else []
        # rules.md numbers the cases of the duty-hour rules; the golden case of any other is its pair of rosters.
        numbered = self.golden.get(rule.id, ())
        if not all(rule.id in self.cases.get(n, ()) for n in numbered) or not (numbered or pair):
            yield "golden cases"
        if not broken or (pair and found(pair[1], rule.id)):
            yield "checker test"
        if not self._probed(rule):
            yield "probe"
        if not rule.text.strip() or not broken or not (pair and explain(pair[0], broken[0]).arithmetic):
            yield "explanation"

    def _probed(self, rule: Rule) -> bool:
        """A rule that steers has a constraint and a probe; one that only checks says why, and has neither."""
        if isinstance(rule.enforcement, CheckOnly):
            return bool(rule.enforcement.reason.strip()) and rule.id not in {*self.probes, *self.constrained}
        return rule.id in self.probes and rule.id in self.constrained


WHOLE = Manifest()


@pytest.mark.parametrize("rule", [pytest.param(r, id=r.id) for r in RULES])
def test_a_rule_lacks_nothing(rule: Rule) -> None:
    """Citation, golden cases, checker test, probe, explanation."""
    assert list(WHOLE.lacks(rule)) == []


@pytest.mark.parametrize("missing", sorted(NEEDED))
def test_the_manifest_notices_what_is_missing(missing: str) -> None:
    """Taken away from a rule that has all five, each is missed by name."""
    rule = BY_ID["acgme.6.21"]
    broken, sound = WHOLE.pairs[rule.id]
    without = {
        "golden cases": Manifest(cases={**WHOLE.cases, 4: frozenset()}),
        "checker test": Manifest(pairs={**WHOLE.pairs, rule.id: (sound, broken)}),
        "probe": Manifest(probes={k: v for k, v in PROBES.items() if k != rule.id}),
    }
    if missing in without:
        assert missing in set(without[missing].lacks(rule))
        return

    class Bare(type(rule)):  # type: ignore[misc]  # the rule's own class, whichever it is
        citation = " "
        text = " "

    bare: Rule = Bare()
    assert {"citation", "explanation"} == set(WHOLE.lacks(bare))


def test_nothing_in_the_manifest_is_about_a_rule_that_does_not_exist() -> None:
    """A rule that went takes its cases, rosters and probe with it."""
    assert {*GOLDEN, *PROBES} <= set(BY_ID)
    assert set(WHOLE.pairs) == set(BY_ID)
    assert all(inspect.getdoc(type(r)) for r in RULES)

"""Checking one person alone is the same as checking everybody."""

from __future__ import annotations

import pytest

from scheduling.rules.catalog import RULES
from scheduling.rules.rule import Rule
from tests.agreement.disturbed import disturbed

PER_PERSON = [pytest.param(r, id=r.id) for r in RULES if r.per_person]


@pytest.mark.parametrize("rule", PER_PERSON)
def test_the_findings_of_everybody_are_those_of_each(rule: Rule, full_counts: bool) -> None:
    """On disturbed years, for every rule that says a person can be checked alone."""
    for seed in range(10 if full_counts else 1):
        made = disturbed(seed, changes=400)
        together = list(rule.check(made, made.window, tuple(made.rows)))
        apart = [f for person in made.rows for f in rule.check(made, made.window, (person,))]
        assert sorted(map(repr, together)) == sorted(map(repr, apart))

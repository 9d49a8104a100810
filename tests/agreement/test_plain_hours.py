"""The product's duty-hour rules against the plain ones, over random person-years."""

from __future__ import annotations

from collections import Counter

import pytest

from scheduling.model.roster import Roster
from scheduling.rules.catalog import RULES
from tests.agreement.person_years import person_year
from tests.agreement.plain_hours import Verdict, plain_verdicts

HOURS = [r for r in RULES if r.id.startswith("acgme.")]


def product_verdicts(roster: Roster, person: str) -> list[Verdict]:
    found = (f for rule in HOURS for f in rule.check(roster, roster.window, (person,)))
    return sorted(((f.rule, f.start, f.end, f.value, f.limit, f.about) for f in found), key=str)


@pytest.mark.timeout(3600)
def test_the_two_implementations_agree_on_random_person_years(full_counts: bool) -> None:
    """Every rule, date, value and limit is the same; every rule has fired often enough to say so."""
    count = 2000 if full_counts else 40
    fired: Counter[str] = Counter()
    for seed in range(count):
        made = person_year(seed)
        ours, plain = product_verdicts(made, "pgy2-01"), plain_verdicts(made, "pgy2-01")
        assert ours == plain, f"seed {seed}: {set(ours) ^ set(plain)}"
        fired.update(v[0] for v in ours)
    least = 1000 if full_counts else 5
    assert {r.id: fired[r.id] for r in HOURS if fired[r.id] < least} == {}

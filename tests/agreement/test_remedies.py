"""Every remedy offered, against a full validation that shares nothing with the search."""

from __future__ import annotations

import random
from collections import Counter

import pytest

from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.remedies import verified_remedies
from scheduling.rules.validation import validate
from tests.agreement.disturbed import disturbed


def whole(roster: Roster) -> dict[str, Finding]:
    report = validate(roster, roster.window)
    return dict(zip(report.ids, report.findings, strict=True))


@pytest.mark.timeout(3600)
def test_every_remedy_removes_its_finding_and_brings_no_must(full_counts: bool) -> None:
    """Over random findings of every rule: the finding is gone, no must is new or worse, and the lists tell the truth."""
    wanted, per_year = (500, 50) if full_counts else (16, 16)
    chance, offered, kinds, asked = random.Random(7), 0, Counter[str](), 0
    for seed in range(wanted // per_year):
        roster = disturbed(seed)
        before = whole(roster)
        by_rule: dict[str, list[str]] = {}
        for name, finding in before.items():
            by_rule.setdefault(finding.rule, []).append(name)
        for turn in range(per_year):
            name = chance.choice(by_rule[sorted(by_rule)[turn % len(by_rule)]])
            asked += 1
            for remedy in verified_remedies(roster, before[name], tries=24).found:
                after = whole(roster.with_changes(remedy.changes))
                assert name not in after, (name, remedy)
                new = {i: f for i, f in after.items() if i not in before}
                assert [i for i, f in new.items() if f.binding is Binding.MUST] == [], (name, remedy)
                assert sorted(remedy.introduces) == sorted(new), (name, remedy)
                assert sorted(remedy.removes) == sorted(set(before) - set(after)), (name, remedy)
                worse = [
                    i
                    for i, f in after.items()
                    if i in before
                    and f.binding is Binding.MUST
                    and abs(f.value - f.limit) > abs(before[i].value - before[i].limit)
                ]
                assert worse == [], (name, remedy)
                assert name in remedy.removes
                offered += 1
                kinds[remedy.kind.value] += 1
    assert asked == wanted
    assert offered >= wanted // 2
    if full_counts:
        assert set(kinds) == {"drop", "move", "swap", "cover", "set"}

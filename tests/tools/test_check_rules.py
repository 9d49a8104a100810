from __future__ import annotations

import json
from typing import Any

import pytest

from auth.roles import Role
from server.budget import cost
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts
from tests.program_sample import Sample

AUDITOR = caller(Role.AUDITOR)
FIELDS = {
    "conflicts",
    "dependencies",
    "cycles",
    "profile",
    "estimate_s",
    "warnings",
    "feasible",
    "core",
}


async def test_the_rules_in_force_are_examined_on_the_current_block(sample: Sample) -> None:
    """Today's block, every field of the contract, and rows that say what each rule is."""
    answer = await facts(sample, "check_rules", ADMIN, detail="detailed")
    assert set(answer) >= FIELDS
    assert answer["block"] == "2026/5"
    assert set(answer["as_of"]["versions"]) == {"2026/5"}
    rows = {r["rule"]: r for r in answer["profile"]}
    assert rows["prog.supervision"]["enforcement"] == "soft:safety"
    assert rows["prog.supervision"]["weight"] == 500
    assert rows["prog.call_spacing"]["variables"] == rows["prog.call_spacing"]["constraints"] > 0
    assert sum(r["share"] for r in answer["profile"]) == pytest.approx(1, abs=0.01)
    assert len(answer["costliest"]) == 5
    assert answer["estimate_s"] > 0


async def test_a_draft_shows_its_contradiction_before_it_is_adopted(sample: Sample) -> None:
    """Rules that hold today and clash under the draft; nothing is adopted by asking."""
    today = await facts(sample, "check_rules", COORDINATOR)
    draft = "[rooms]\nsoft = 0\nhard = 0"
    drafted = await facts(sample, "check_rules", COORDINATOR, draft_policy=draft, detail="detailed")
    assert not any("prog.rooms" in c["rules"] for c in today["conflicts"])
    found = [c for c in drafted["conflicts"] if {"prog.rooms", "prog.requirement"} <= set(c["rules"])]
    assert found
    assert all(c["kind"] == "demand" and c["verified"] for c in found)
    said = " ".join(c["message"] for c in found[0]["conditions"])
    assert "no more than 0 rooms" in said
    assert "half-days of C in block 2026/5" in said
    short = [w for w in drafted["warnings"] if w["kind"] == "capacity" and "prog.rooms" in w["rules"]]
    assert short
    again = await facts(sample, "check_rules", COORDINATOR)
    assert {k: v for k, v in again.items() if k != "as_of"} == {k: v for k, v in today.items() if k != "as_of"}


async def test_toml_and_json_say_the_same(sample: Sample) -> None:
    """A part of a policy in either form."""
    toml = await facts(sample, "check_rules", draft_policy='[rules]\noff = ["prog.rooms"]')
    plain = await facts(sample, "check_rules", draft_policy='{"rules": {"off": ["prog.rooms"]}}')
    assert toml["warnings"] == plain["warnings"]
    assert any(w["kind"] == "off" and w["rules"] == ["prog.rooms"] for w in toml["warnings"])


@pytest.mark.parametrize(
    ("draft", "field"),
    [
        ("SECRET = [", "draft_policy"),
        ('{"SECRET": 1}', "draft_policy.?"),
        ("[rooms]\nSECRET = 1", "draft_policy.rooms.?"),
        ('[rooms]\nsoft = "SECRET"', "draft_policy.rooms.soft"),
        ("[rooms]\nsoft = 9\nhard = 8", "draft_policy"),
        ('[call]\nactivity = "SECRET"', "draft_policy"),
        ('[rules]\noff = ["SECRET"]', "rules.off"),
        ('[rules]\npacks = ["SECRET"]', "rules.packs"),
        ("[solve.prices.SECRET]\ntier = 1", "draft_policy.solve.prices.?"),
        ("{" * 5_000, "draft_policy"),
        ("[" * 5_000, "draft_policy"),
        ('{"a":' * 3_000 + "1" + "}" * 3_000, "draft_policy"),
        ("# nothing", "draft_policy"),
        ("x" * 100_001, "draft_policy"),
        ("", "draft_policy"),
    ],
)
async def test_a_malformed_draft_is_refused_without_repeating_it(sample: Sample, draft: str, field: str) -> None:
    """Field, reason and valid names; nothing of the text."""
    answer = await call(sample, "check_rules", draft_policy=draft)
    assert answer.failed
    assert answer.facts["code"] == "invalid", answer.facts
    assert answer.facts["field"].startswith(field), answer.facts
    assert answer.facts["reason"]
    assert "SECRET" not in str(answer.facts)


async def test_a_draft_that_drops_activities_is_a_conflict(sample: Sample) -> None:
    """Schedules are indexed by them."""
    activities = [{"code": "CALL", "title": "Call", "category": "call"}]
    answer = await call(sample, "check_rules", draft_policy=json.dumps({"activities": activities}))
    assert answer.failed
    assert answer.facts["code"] in {"conflict", "invalid"}


@pytest.mark.parametrize("block", ["2031/5", "2027/3"])
async def test_a_block_without_a_schedule_is_an_empty_answer_that_says_so(sample: Sample, block: str) -> None:
    """Nothing is claimed about it."""
    answer = await facts(sample, "check_rules", block=block)
    assert (answer["conflicts"], answer["profile"]) == ([], [])
    assert answer.get("feasible") is None
    assert "2026-12-16" in answer["note"]


@pytest.mark.parametrize(("block", "code"), [("2026/44", "not_found"), ("soon", "invalid")])
async def test_a_block_that_cannot_be_is_refused(sample: Sample, block: str, code: str) -> None:
    """As every reading tool does."""
    answer = await call(sample, "check_rules", block=block)
    assert answer.failed
    assert answer.facts["code"] == code


@pytest.mark.parametrize("who", [COORDINATOR, CHIEF, STAFF, RESIDENT, AUDITOR])
async def test_reading_is_for_all_and_drafts_for_those_who_propose(sample: Sample, who: Any) -> None:
    """The same tool, one scope more."""
    assert not (await call(sample, "check_rules", who)).failed
    drafted = await call(sample, "check_rules", who, draft_policy="[rooms]\nsoft = 5")
    assert drafted.failed is (who not in (COORDINATOR, CHIEF))
    if drafted.failed:
        assert drafted.facts["code"] == "forbidden"


async def test_a_concise_answer_keeps_near_its_budget(sample: Sample) -> None:
    """What is left out is counted."""
    answer = await facts(sample, "check_rules")
    assert cost(answer) <= 1_300
    assert answer["omitted"]["profile"] > 0
    assert cost(await facts(sample, "check_rules", detail="detailed")) <= 8_000

from __future__ import annotations

import pytest

from scheduling.model.errors import NotFoundError
from scheduling.rules.catalog import RULES
from tests.edge_calls import COORDINATOR, STAFF, facts, read
from tests.program_sample import FIVE, Sample


async def test_compliance_is_what_the_tool_says_of_the_block(sample: Sample) -> None:
    """The same findings, whole."""
    body = await read(sample, "compliance", STAFF, year=2026, number=5)
    answer = await facts(sample, "validate_schedule", COORDINATOR, block="2026/5", detail="detailed")
    assert body["block"] == str(FIVE)
    assert body["compliant"] == answer["compliant"]
    assert body["counts"] == answer["counts"]
    assert [f["id"] for f in body["findings"]][: len(answer["findings"])] == [f["id"] for f in answer["findings"]]
    assert body["as_of"]["versions"] == answer["as_of"]["versions"]


async def test_a_block_there_is_none_of_is_not_found(sample: Sample) -> None:
    """With the nearest."""
    with pytest.raises(NotFoundError, match="2026/13"):
        await read(sample, "compliance", STAFF, year=2026, number=14)


async def test_rules_lists_every_rule_and_which_are_on(sample: Sample) -> None:
    """In report order, with citation and enforcement; other packs are there and off."""
    body = await read(sample, "rules", STAFF)
    assert [r["id"] for r in body["rules"]] == [r.id for r in RULES]
    on = {r["id"] for r in body["rules"] if r["on"]}
    assert {"acgme.6.20", "prog.one_caller"} <= on
    assert "eu.weekly_hours" not in on
    for rule in body["rules"]:
        assert rule["enforcement"] in {"hard", "soft", "check_only"}
        assert (rule["enforcement"] == "soft") == ("weight" in rule)
        assert (rule["enforcement"] == "check_only") == ("why" in rule)

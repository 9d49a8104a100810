from __future__ import annotations

import pytest

from tests.edge_calls import ADMIN, call
from tests.program_sample import Sample


@pytest.mark.parametrize("ident", ["nonsense", "prog.lock:fac-01:2026-11-02:2026-11-02:-:-:00000000"])
async def test_a_waiver_of_what_is_no_finding_names_the_argument(sample: Sample, ident: str) -> None:
    """The argument is `id`, whatever the service calls it."""
    answer = await call(sample, "decide", ADMIN, kind="waive", id=ident, reason="agreed")
    assert (answer.facts["code"], answer.facts["field"]) == ("invalid", "id")
    assert "validate" in answer.facts["hint"]
    assert "valid: none" not in answer.text


@pytest.mark.parametrize("ident", ["abs-16fff2821847", "run-52d9b250efa7", "ovr-1"])
async def test_what_cannot_be_discarded_is_told_what_can(sample: Sample, ident: str) -> None:
    """An absence is no plan that is not known."""
    answer = await call(sample, "decide", ADMIN, kind="discard", id=ident)
    assert (answer.facts["code"], answer.facts["field"]) == ("invalid", "id")
    assert [v.partition("'")[0] for v in answer.facts["valid"]] == ["a version", "a stage", "a plan"]


async def test_an_unknown_plan_is_not_found(sample: Sample) -> None:
    """An id of the right kind."""
    answer = await call(sample, "decide", ADMIN, kind="discard", id="plan-000000000000")
    assert answer.facts["code"] == "not_found"


@pytest.mark.parametrize(
    ("tool", "raw", "valid"),
    [
        ("get_schedule", {"block": "zz"}, ["such as 2025/10"]),
        ("get_schedule", {"start": "soon", "end": "2026-11-05"}, ["YYYY-MM-DD"]),
        ("apply_plan", {"plan": "plan-1", "digest": 7, "idempotency_key": "k-1"}, None),
    ],
)
async def test_no_refusal_says_that_nothing_is_valid(
    sample: Sample, tool: str, raw: dict[str, object], valid: list[str] | None
) -> None:
    """What is valid is named, or not spoken of."""
    answer = await call(sample, tool, ADMIN, **raw)
    assert answer.facts["code"] == "invalid"
    assert "valid: none" not in answer.text
    assert answer.facts["valid"]
    assert valid is None or answer.facts["valid"] == valid

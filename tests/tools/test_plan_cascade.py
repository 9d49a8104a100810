from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.calendar import days
from server.budget import cost
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts, read
from tests.program_sample import MONDAY, SLUG, Sample

WEEK: dict[str, Any] = {
    "person": "fac-05",
    "start": str(MONDAY),
    "end": str(MONDAY + days(6)),
    "reason": "SECRET illness",
}


async def test_a_plan_says_who_takes_what_at_which_price(sample: Sample) -> None:
    """Steps with slot, activity, type, from, to and penalty; gaps, sacrifices, figures before and after, and the proof."""
    answer = await facts(sample, "plan_cascade", ADMIN, **WEEK)
    best = answer["plans"][0]
    assert best["proof"] == "optimal"
    assert best["cost"] == pytest.approx(sum(s["penalty"] for s in best["steps"]))
    first = best["steps"][0]
    assert first["slot"] == {"date": str(MONDAY), "part": "AM", "person": "fac-05"}
    assert (first["activity"], first["type"], first["from"]) == ("AT", "coverage", "fac-05")
    assert first["to"].startswith("fac-0")
    assert best["before"]["supervision_short"] > best["after"]["supervision_short"] == 0
    assert (best["gaps"], best["sacrificed"]) == ([], [])
    (following,) = answer["next"]
    assert following["tool"] == "apply_plan"
    assert following["arguments"] == {"program": SLUG, "plan": best["plan"], "digest": best["digest"]}
    assert set(answer["as_of"]["versions"]) == {"2026/5", "2026/6"}


async def test_alternatives_list_what_differs(sample: Sample) -> None:
    """Together with what they share they have as many steps; in detail they are whole."""
    answer = await facts(sample, "plan_cascade", **WEEK)
    best, *others = answer["plans"]
    assert len(others) == 2
    for other in others:
        assert other["cost"] >= best["cost"]
        assert other["steps"]
        assert other["same"] > 0
    whole = await facts(sample, "plan_cascade", **WEEK, detail="detailed")
    assert all(s not in p for p in whole["plans"] for s in ("same",))
    assert any("charges" in s for s in whole["plans"][0]["steps"] if s["penalty"])


async def test_a_concise_answer_for_a_week_stays_near_its_budget(sample: Sample) -> None:
    """About 600 tokens for one person's working day, more only by the steps there are."""
    day = await facts(sample, "plan_cascade", ADMIN, **{**WEEK, "end": str(MONDAY)})
    assert cost(day) <= 750
    week = await facts(sample, "plan_cascade", ADMIN, **WEEK)
    assert cost(week) <= 700 + 50 * sum(len(p["steps"]) for p in week["plans"])


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"person": "fac-55"}, "not_found", "nearest"),
        ({"person": "pgy1-01"}, "invalid", "faculty"),
        ({"person": None}, "invalid", "person"),
        ({"end": str(MONDAY - days(1))}, "invalid", "end"),
        ({"end": str(MONDAY + days(120))}, "invalid", "at most"),
        ({"max_depth": 3}, "invalid", "max_depth"),
        ({"wish": "x"}, "invalid", "wish"),
    ],
)
async def test_what_cannot_be_planned_is_refused(sample: Sample, change: dict[str, Any], code: str, word: str) -> None:
    """The field and the reason, never the free text."""
    raw = {k: v for k, v in {**WEEK, **change}.items() if v is not None}
    answer = await call(sample, "plan_cascade", COORDINATOR, **raw)
    assert answer.failed
    assert answer.facts["code"] == code
    assert word in str(answer.facts)
    assert "SECRET" not in str(answer.facts)


@pytest.mark.parametrize(
    ("who", "may"), [(CHIEF, True), (STAFF, False), (RESIDENT, False), (caller(Role.AUDITOR), False)]
)
async def test_who_may_plan(sample: Sample, who: Any, may: bool) -> None:
    """Those who propose for the whole program; who may not commit is not told to apply."""
    answer = await call(sample, "plan_cascade", who, **WEEK)
    assert answer.failed is not may
    assert "next" not in answer.facts
    if not may:
        assert answer.facts["code"] == "forbidden"


async def test_outside_the_schedule_there_are_no_plans(sample: Sample) -> None:
    """An empty answer that says so."""
    answer = await facts(sample, "plan_cascade", **{**WEEK, "start": "2027-03-01", "end": "2027-03-02"})
    assert answer["plans"] == []
    assert "2026-12-16" in answer["note"]


async def test_the_resource_holds_the_plan_in_full(sample: Sample) -> None:
    """With charges, what it was made on and what has moved; the reason only for those who see absences."""
    answer = await facts(sample, "plan_cascade", ADMIN, **WEEK, detail="detailed")
    best = answer["plans"][0]
    body = await read(sample, "plan", ADMIN, id=best["plan"])
    assert body["steps"] == best["steps"]
    assert (body["state"], body["kind"], body["people"]) == ("proposed", "cascade", ["fac-05"])
    assert "moved" not in body
    assert body["reason"] == "SECRET illness"
    assert "reason" not in await read(sample, "plan", CHIEF, id=best["plan"])
    await facts(sample, "apply_plan", ADMIN, plan=best["plan"], digest=best["digest"])
    body = await read(sample, "plan", ADMIN, id=best["plan"])
    assert (body["state"], body["moved"]) == ("applied", {"overlay": 1})

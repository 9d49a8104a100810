from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.calendar import days
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts
from tests.program_sample import MONDAY, Sample

DIRECTOR = caller(Role.PROGRAM_DIRECTOR)
DAY: dict[str, Any] = {"start": str(MONDAY), "end": str(MONDAY)}
COVER: dict[str, Any] = {"person": "fac-05", "date": str(MONDAY), "part": "AM", "reason": "SECRET illness"}


async def plan(sample: Sample) -> dict[str, Any]:
    answer = await facts(sample, "plan_cascade", person="fac-05", reason="away", alternatives=1, **DAY)
    best: dict[str, Any] = answer["plans"][0]
    return {"plan": best["plan"], "digest": best["digest"]}


async def slots(sample: Sample) -> tuple[Any, Any, Any]:
    answer = await facts(sample, "get_schedule", STAFF, **DAY, detail="detailed")
    return answer["slots"], answer["totals"], answer["as_of"]["versions"]


async def test_a_plan_is_applied_seen_and_taken_back(sample: Sample) -> None:
    """The result has the overrides and the new slots; reading shows the same; reverting gives the old slots back."""
    before = await slots(sample)
    named = await plan(sample)
    done = await facts(sample, "apply_plan", DIRECTOR, **named, idempotency_key="k1")
    covered = [s for s in done["slots"] if s["state"] == "covered"]
    assert {s["override"] for s in covered} <= {o["id"] for o in done["overrides"]}
    now = await slots(sample)
    assert [s for s in now[0] if s["state"] == "covered"] == [s for s in covered if s["date"] == str(MONDAY)]
    again = await facts(sample, "apply_plan", DIRECTOR, **named, idempotency_key="k1")
    assert (again["overrides"], again["slots"]) == (done["overrides"], done["slots"])
    other = await call(sample, "apply_plan", DIRECTOR, **named, idempotency_key="k2")
    assert other.facts["code"] == "conflict"
    undone = await facts(sample, "revert_override", DIRECTOR, plan=named["plan"])
    assert {o["id"] for o in undone["reverted"]} == {o["id"] for o in done["overrides"]}
    assert await slots(sample) == before
    twice = await facts(sample, "revert_override", DIRECTOR, plan=named["plan"])
    assert twice["reverted"] == []


@pytest.mark.parametrize("who", [COORDINATOR, CHIEF, RESIDENT, STAFF, caller(Role.FACULTY, "fac-05")])
async def test_who_may_not_commit_changes_nothing(sample: Sample, who: Any) -> None:
    """Applying, overriding and reverting are forbidden, and the schedule stays."""
    named = await plan(sample)
    before = await slots(sample)
    for tool, raw in (
        ("apply_plan", named),
        ("set_override", {**COVER, "type": "gap"}),
        ("revert_override", {"plan": named["plan"]}),
    ):
        answer = await call(sample, tool, who, **raw)
        assert answer.failed
        assert answer.facts["code"] == "forbidden"
    assert await slots(sample) == before


async def test_a_stale_plan_says_what_moved_and_to_plan_again(sample: Sample) -> None:
    """An override set in between moves the overlay."""
    named = await plan(sample)
    await facts(sample, "set_override", ADMIN, **{**COVER, "date": str(MONDAY + days(1))}, type="gap")
    answer = await call(sample, "apply_plan", ADMIN, **named)
    assert (answer.facts["code"], answer.facts["moved"]) == ("stale", {"overlay": 1})
    assert "plan_cascade" in answer.facts["hint"]
    wrong = await call(sample, "apply_plan", ADMIN, plan=named["plan"], digest="0" * 64)
    assert wrong.facts["code"] == "stale"


async def test_an_override_by_hand(sample: Sample) -> None:
    """Coverage shows the replacement; a second one is a conflict until it supersedes; the reason stays out of answers."""
    done = await facts(sample, "set_override", ADMIN, **COVER, type="coverage", replacement="fac-08")
    assert done["override"]["replacement"] == "fac-08"
    assert [(s["person"], s["base_person"], s["state"]) for s in done["slots"]] == [("fac-08", "fac-05", "covered")]
    assert "SECRET" not in str(done)
    second = {**COVER, "type": "coverage", "replacement": "fac-07"}
    answer = await call(sample, "set_override", ADMIN, **second)
    assert (answer.facts["code"], answer.facts["with"]) == ("conflict", done["override"]["id"])
    newer = await facts(sample, "set_override", ADMIN, **second, supersedes=done["override"]["id"])
    assert newer["supersedes"] == done["override"]["id"]
    undone = await facts(sample, "revert_override", ADMIN, override=newer["override"]["id"])
    assert [o["id"] for o in undone["reverted"]] == [newer["override"]["id"]]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"type": "cancellation"}, "invalid"),
        ({"type": "coverage"}, "invalid"),
        ({"type": "coverage", "replacement": "fac-90"}, "invalid"),
        ({"type": "coverage", "replacement": "fac-99"}, "not_found"),
        ({"type": "gap", "date": "2027-03-01"}, "invalid"),
        ({"type": "gap", "date": str(MONDAY - days(14))}, "forbidden"),
        ({"type": "vanish"}, "invalid"),
    ],
)
async def test_what_an_override_may_not_do(sample: Sample, change: dict[str, Any], code: str) -> None:
    """Refused with its code, and nothing changed."""
    before = await slots(sample)
    answer = await call(sample, "set_override", ADMIN, **{**COVER, **change})
    assert answer.failed
    assert answer.facts["code"] == code
    assert await slots(sample) == before


async def test_break_glass_opens_the_past_for_those_who_may(sample: Sample) -> None:
    """With a code of the policy and a reason."""
    past = {**COVER, "date": str(MONDAY - days(14)), "type": "gap"}
    glass = {"code": "data_correction", "reason": "it was so"}
    answer = await call(sample, "set_override", ADMIN, **past, break_glass={**glass, "code": "because"})
    assert answer.facts["code"] == "invalid"
    done = await facts(sample, "set_override", ADMIN, **past, break_glass=glass)
    assert done["slots"][0]["state"] == "gap"


async def test_a_part_of_a_plan_taken_back_points_to_the_rest(sample: Sample) -> None:
    """The rest still stands, and the next call is given."""
    named = await plan(sample)
    done = await facts(sample, "apply_plan", ADMIN, **named)
    undone = await facts(sample, "revert_override", ADMIN, override=done["overrides"][0]["id"])
    rest = len(done["overrides"]) - 1
    assert rest > 0
    assert undone["next"][0]["arguments"]["plan"] == named["plan"]
    assert str(rest) in undone["note"]

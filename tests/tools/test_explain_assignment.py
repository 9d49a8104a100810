from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.part import Part
from server.budget import cost
from tests.edge_calls import ADMIN, RESIDENT, STAFF, call, caller, facts
from tests.program_sample import FIVE, MONDAY, SLUG, Sample, attending, caller_on, override

TUESDAY = MONDAY + days(1)
AT: dict[str, Any] = {"person": "fac-05", "date": str(TUESDAY), "part": "AM"}
CALL: dict[str, Any] = {"person": caller_on(MONDAY), "date": str(MONDAY), "part": "NIGHT"}


async def test_the_answer_says_what_stands_why_and_what_the_alternative_would_mean(sample: Sample) -> None:
    """Source and demand of the slot, a verdict with its proof, the versions it speaks of; short."""
    answer = await facts(sample, "explain_assignment", STAFF, **AT)
    assert answer["slot"] == {**AT, "activity": "AT", "source": "template", "locked": None}
    assert any("0 of 1 attendings" in sentence for sentence in answer["why"])
    assert answer["verdict"] in {"equal", "free"}
    assert answer["cost_delta"] == {"tier": None, "safety": 0, "training": 0, "operations": 0, "preference": 0}
    proof = answer["proof"]
    assert proof["kind"] == "optimal"
    assert proof["now"] == proof["now_bound"] == proof["forced"] == proof["forced_bound"]
    assert len(proof["digest"]) == 64
    assert "2026-11-05..2026-11-11" in proof["frozen"]
    assert answer["as_of"]["versions"] == {str(FIVE): sample.versions[FIVE].hash}
    assert cost(answer) <= 750


async def test_giving_attending_time_up_is_not_free_while_residents_need_it(sample: Sample) -> None:
    """The residents in clinic would be without an attending until somebody who is open takes it: equal, not free."""
    answer = await facts(sample, "explain_assignment", **AT, why_not="GME")
    assert answer["verdict"] == "equal"
    other = await facts(sample, "explain_assignment", **AT, why_not="fac-07", detail="detailed")
    assert other["verdict"] == "free"
    assert {"person": "fac-07", "date": str(TUESDAY), "part": "AM", "from": None, "to": "AT"} in other["changes"]


async def test_a_preloaded_call_is_forbidden_by_its_lock_and_the_checkers_add_what_else(sample: Sample) -> None:
    """With its source; and that the week's inpatient attending would break a rule of its own."""
    answer = await facts(sample, "explain_assignment", **CALL, why_not=attending(MONDAY))
    assert answer["verdict"] == "forbidden"
    assert answer["slot"]["locked"] == "preload"
    rules = {r["id"]: r["message"] for r in answer["rules"]}
    assert "preload" in rules["prog.lock"]
    assert "prog.call_own_fmit" in rules
    assert "cost_delta" not in answer


async def test_who_is_away_and_who_is_never_offered_it_is_said(sample: Sample) -> None:
    """An absence by its rule; an adjunct, a resident and a weekend by what a solve offers at all."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-1", "fac-07", TUESDAY, TUESDAY))
    for why_not, rule, word in (
        ("fac-07", "prog.absence_blocks", "absen"),
        ("fac-90", "choice", "adjunct"),
        ("pgy1-01", "prog.one_activity", "pgy1-01"),
    ):
        answer = await facts(sample, "explain_assignment", **AT, why_not=why_not)
        assert answer["verdict"] == "forbidden", why_not
        assert any(r["id"] in (rule, "prog.requirement") and word in r["message"] for r in answer["rules"]), answer[
            "rules"
        ]
    saturday = {**AT, "person": "fac-07", "date": str(MONDAY + days(5))}
    weekend = await facts(sample, "explain_assignment", **saturday, why_not="C")
    assert weekend["verdict"] == "forbidden"
    assert "weekend" in weekend["rules"][0]["message"]


async def test_a_covered_slot_belongs_to_its_override(sample: Sample) -> None:
    """Asked of the one who covers: held by the override; asked of the one who is covered: refused, saying who does it."""
    await sample.overridden(override("fac-05", TUESDAY, Part.AM, "AT", "fac-07"))
    held = await facts(sample, "explain_assignment", **{**AT, "person": "fac-07"}, why_not="fac-06")
    assert held["verdict"] == "forbidden"
    assert held["slot"]["locked"].startswith("override ovr-")
    assert "revert_override" in held["rules"][0]["message"]
    gone = await call(sample, "explain_assignment", **AT)
    assert gone.facts["code"] == "invalid"
    assert "fac-07 does it" in gone.facts["message"]


async def test_a_version_can_be_asked_about(sample: Sample) -> None:
    """What is not live as well, with the same answer where it is the same schedule."""
    await sample.overridden(override("fac-05", TUESDAY, Part.PM, "AT", "fac-07"))
    live = await facts(sample, "explain_assignment", **CALL)
    other = await facts(sample, "explain_assignment", **CALL, target=f"version:{sample.versions[FIVE].hash}")
    assert live["verdict"] == other["verdict"] == "forbidden"


async def test_outside_the_schedule_the_answer_is_empty_and_says_so(sample: Sample) -> None:
    """No verdict, and where the data lies."""
    answer = await facts(sample, "explain_assignment", **{**AT, "date": "2031-01-06"})
    assert answer["verdict"] is None
    assert (answer["rules"], answer["why"]) == ([], [])
    assert "2026-12-16" in answer["note"]


@pytest.mark.parametrize(
    ("change", "code", "word"),
    [
        ({"person": "fac-55"}, "not_found", "nearest"),
        ({"why_not": "fac-55"}, "not_found", "nearest"),
        ({"why_not": "fac-05"}, "invalid", "why_not"),
        ({"why_not": "AT"}, "invalid", "why_not"),
        ({"why_not": "CALL"}, "invalid", "no work"),
        ({"person": "fac-07"}, "invalid", "holds nothing"),
        ({"date": str(MONDAY + days(5))}, "invalid", "holds nothing"),
        ({"part": "NOON"}, "invalid", "part"),
        ({"date": "2026-02-30"}, "invalid", "date"),
        ({"target": "version:ffffffffffff"}, "not_found", "version"),
        ({"wish": "x"}, "invalid", "wish"),
    ],
)
async def test_bad_input_is_refused_with_its_reason(
    sample: Sample, change: dict[str, Any], code: str, word: str
) -> None:
    """The field, the reason and valid values or the nearest."""
    answer = await call(sample, "explain_assignment", **{**AT, **change})
    assert answer.failed
    assert answer.facts["code"] == code
    assert word in str(answer.facts)


@pytest.mark.parametrize("who", [ADMIN, STAFF, RESIDENT, caller(Role.AUDITOR)])
async def test_everybody_who_reads_the_schedule_may_ask(sample: Sample, who: Any) -> None:
    """It changes nothing and names nobody."""
    answer = await facts(sample, "explain_assignment", who, **CALL)
    assert answer["verdict"] == "forbidden"
    assert "NAME" not in str(answer)

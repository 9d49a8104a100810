from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from auth.scopes import ALL, Scope
from scheduling.model.calendar import days
from scheduling.model.part import Part
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts
from tests.program_sample import MONDAY, SLUG, Sample, caller_on, override

WEEK: dict[str, Any] = {"start": str(MONDAY), "end": str(MONDAY + days(6))}


async def stored(sample: Sample) -> list[tuple[str, str, str | None]]:
    async with sample.unit() as unit:
        program = await unit.program(SLUG)
    return [(a.person, a.status.value, a.reason) for a in program.absences]


async def test_it_says_which_duties_and_calls_lie_in_it(sample: Sample) -> None:
    """Duties of the effective schedule, calls apart; what somebody else covers is not theirs any more."""
    mine = [MONDAY + days(n) for n in range(7) if caller_on(MONDAY + days(n)) == "fac-05"]
    await sample.overridden(override("fac-05", MONDAY, Part.AM, "AT", "fac-07"))
    answer = await facts(sample, "record_absence", person="fac-05", **WEEK)
    affected = answer["affected"]
    assert affected["slot_count"] == 9
    assert {s["activity"] for s in affected["slots"]} == {"AT"}
    assert affected["slots"][0] == {"date": str(MONDAY), "part": "PM", "activity": "AT"}
    assert [c["date"] for c in affected["calls"]] == [str(d) for d in mine]
    assert affected["call_count"] == len(mine) > 0
    assert answer["absence"]["status"] == "approved"
    (following,) = answer["next"]
    assert following["tool"] == "plan_cascade"
    assert following["arguments"]["person"] == "fac-05"
    assert await stored(sample) == [("fac-05", "approved", None)]


async def test_recovery_counts_as_away(sample: Sample) -> None:
    """Three days after a convalescent leave are blocked too."""
    answer = await facts(
        sample, "record_absence", person="fac-05", start=str(MONDAY), end=str(MONDAY), type="convalescent"
    )
    assert answer["affected"]["slot_count"] == 8


async def test_part_days(sample: Sample) -> None:
    """From the afternoon on, to the morning."""
    answer = await facts(
        sample, "record_absence", person="pgy1-01", start=str(MONDAY), start_part="PM", end=str(MONDAY), end_part="PM"
    )
    assert [s["part"] for s in answer["affected"]["slots"]] == ["PM"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"end": str(MONDAY - days(1))}, "invalid", "end"),
        ({"end": str(MONDAY), "start_part": "PM", "end_part": "AM"}, "invalid", "end"),
        ({"end": "2199-01-01"}, "invalid", "end"),
        ({"person": "fac-1"}, "not_found", None),
        ({"type": "holiday"}, "invalid", "type"),
        ({"status": "maybe"}, "invalid", "status"),
        ({"reason": "x" * 501}, "invalid", "reason"),
    ],
)
async def test_refusals_change_nothing(sample: Sample, change: dict[str, Any], code: str, field: str | None) -> None:
    """Each names its field; nothing is stored."""
    answer = await call(sample, "record_absence", **{"person": "fac-05", **WEEK, **change})
    assert answer.facts["code"] == code
    assert answer.facts.get("field") == field
    assert await stored(sample) == []


async def test_faculty_and_residents_ask_for_their_own(sample: Sample) -> None:
    """Another's is forbidden; their own is a request until somebody approves it, and they cannot approve it themselves."""
    other = await call(sample, "record_absence", RESIDENT, person="pgy2-01", **WEEK)
    assert other.facts["code"] == "forbidden"
    approved = await call(sample, "record_absence", RESIDENT, person="pgy1-01", **WEEK, status="approved")
    assert approved.facts["code"] == "forbidden"
    own = await facts(sample, "record_absence", RESIDENT, person="pgy1-01", **WEEK)
    assert own["absence"]["status"] == "pending"
    assert "blocks nothing" in own["note"]
    assert await stored(sample) == [("pgy1-01", "pending", None)]


@pytest.mark.parametrize(
    "who", [STAFF, CHIEF, caller(Role.AUDITOR), caller(Role.ADMIN, scopes=ALL - {Scope.PEOPLE_ABSENCE})]
)
async def test_without_the_right_it_is_forbidden(sample: Sample, who: Any) -> None:
    """Staff, chiefs and auditors, and whoever's token does not carry the scope."""
    answer = await call(sample, "record_absence", who, person="fac-05", **WEEK)
    assert answer.facts["code"] == "forbidden"
    assert await stored(sample) == []


async def test_the_same_absence_again_adds_nothing(sample: Sample) -> None:
    """A repeated call answers with the absence that is on record; another one of the same dates is its own."""
    first = await facts(sample, "record_absence", person="fac-05", **WEEK)
    again = await facts(sample, "record_absence", person="fac-05", **WEEK)
    assert again["absence"]["id"] == first["absence"]["id"]
    assert "already" in again["note"]
    other = await facts(sample, "record_absence", person="fac-05", **WEEK, type="conference")
    assert other["absence"]["id"] != first["absence"]["id"]
    assert len(await stored(sample)) == 2


async def test_it_may_lie_beyond_the_data_and_says_so(sample: Sample) -> None:
    """Leave is planned long before the schedule is."""
    answer = await facts(sample, "record_absence", person="fac-05", start="2028-03-01", end="2028-03-10")
    assert answer["affected"]["slot_count"] == 0
    assert "No published schedule covers" in answer["note"]


async def test_the_reason_is_kept_and_never_repeated(sample: Sample) -> None:
    """Not in the answer, not in the audit trail, not in the event."""
    answer = await call(sample, "record_absence", ADMIN, person="fac-05", **WEEK, reason="something private")
    assert "private" not in answer.text
    assert await stored(sample) == [("fac-05", "approved", "something private")]
    async with sample.unit() as unit:
        (event,) = await unit.outbox.claim()
    assert set(event.payload) == {"absence", "person", "start", "end"}


async def test_an_absence_is_seen_by_the_next_reader(sample: Sample) -> None:
    """The roster everybody reads is another from that moment on."""
    before = await facts(sample, "check_coverage", start=WEEK["start"], end=WEEK["end"])
    await facts(sample, "record_absence", COORDINATOR, person="fac-05", **WEEK)
    after = await facts(sample, "check_coverage", start=WEEK["start"], end=WEEK["end"])
    assert before["level"] != after["level"] == "red"

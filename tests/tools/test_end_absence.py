from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.calendar import days
from scheduling.model.part import Part
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts
from tests.program_sample import MONDAY, SLUG, Sample, override

WEEK: dict[str, Any] = {"person": "fac-05", "start": str(MONDAY), "end": str(MONDAY + days(4))}
CANCEL: dict[str, Any] = {**WEEK, "status": "cancelled"}
DIRECTOR = caller(Role.PROGRAM_DIRECTOR)


async def stored(sample: Sample) -> list[tuple[str, str, str]]:
    async with sample.unit() as unit:
        program = await unit.program(SLUG)
    return sorted((a.id, a.type.value, a.status.value) for a in program.absences)


async def recorded(sample: Sample, who: Any = COORDINATOR, **raw: Any) -> str:
    return str((await facts(sample, "record_absence", who, **{**WEEK, **raw}))["absence"]["id"])


async def broken(sample: Sample) -> dict[str, int]:
    """What the week breaks by being away."""
    rules = ["prog.absence_blocks", "prog.call_absent"]
    window = {"start": WEEK["start"], "end": WEEK["end"]}
    found = await facts(sample, "validate_schedule", **window, rules=rules, people=["fac-05"])
    return {"findings": len(found["findings"]), "facts": found["as_of"]["facts"]}


@pytest.mark.parametrize("status", ["cancelled", "denied"])
async def test_recording_it_again_as_ended_ends_the_absence_on_record(sample: Sample, status: str) -> None:
    """The row keeps its id, nothing blocks any more, readers see it at once, it is audited and told, and nothing is planned."""
    free = await broken(sample)
    name = await recorded(sample)
    away = await broken(sample)
    assert away["findings"] > free["findings"]
    answer = await facts(sample, "record_absence", **WEEK, status=status)
    assert (answer["absence"]["id"], answer["absence"]["status"]) == (name, status)
    assert "next" not in answer
    assert await stored(sample) == [(name, "unspecified", status)]
    assert await broken(sample) == {"findings": free["findings"], "facts": away["facts"] + 1}
    async with sample.unit() as unit:
        told = [(e.kind, e.payload.get("status")) for e in await unit.outbox.claim()]
        entry = (await unit.trail.listed(SLUG, changes_only=True, limit=1))[0]
    assert told == [("absence.recorded", None), ("absence.decided", status)]
    assert name in str(entry)
    again = await facts(sample, "record_absence", **WEEK, status=status)
    assert "on record already" in again["note"]
    assert await stored(sample) == [(name, "unspecified", status)]


async def test_ending_what_is_not_on_record_names_the_nearest(sample: Sample) -> None:
    """Ids and dates of the person's standing absences, nearest first; never a type; nothing is written."""
    far = await recorded(sample, start="2027-02-01", end="2027-02-05", type="deployment")
    near = await recorded(sample, end=str(MONDAY + days(5)), type="medical", reason="SECRET")
    await recorded(sample, person="fac-06")
    answer = await call(sample, "record_absence", **CANCEL)
    assert answer.facts["code"] == "not_found"
    assert answer.facts["nearest"] == [
        f"{near} {MONDAY}..{MONDAY + days(5)}",
        f"{far} 2027-02-01..2027-02-05",
    ]
    assert not any(word in answer.text for word in ("SECRET", "medical", "deployment"))
    assert {s for _, _, s in await stored(sample)} == {"approved"}
    parts = await call(sample, "record_absence", **{**CANCEL, "end": str(MONDAY + days(5))}, start_part="PM")
    assert parts.facts["code"] == "not_found"
    nobody = await call(sample, "record_absence", **{**CANCEL, "person": "fac-01"})
    assert (nobody.facts["code"], nobody.facts["nearest"]) == ("not_found", [])


async def test_a_request_that_is_recorded_as_approved_is_that_request(sample: Sample) -> None:
    """The row changes, its type and reason are kept where nothing else is said, and the next recording may take it back."""
    name = await recorded(sample, RESIDENT, person="pgy1-01", type="vacation")
    answer = await facts(sample, "record_absence", **{**WEEK, "person": "pgy1-01"})
    assert (answer["absence"]["id"], answer["absence"]["type"]) == (name, "vacation")
    assert await stored(sample) == [(name, "vacation", "approved")]
    for status in ("cancelled", "approved", "pending", "approved"):
        same = {**WEEK, "person": "pgy1-01", "status": status, "type": "vacation"}
        assert (await facts(sample, "record_absence", **same))["absence"]["id"] == name
        assert await stored(sample) == [(name, "vacation", status)]
    async with sample.unit() as unit:
        events = await unit.outbox.claim()
    assert [e.payload["status"] for e in events if e.kind == "absence.decided"] == [
        *("approved", "cancelled", "approved", "pending", "approved"),
    ]
    open_end = await recorded(sample, status="pending")
    assert await recorded(sample, type="deployment") == open_end
    assert (open_end, "deployment", "approved") in await stored(sample)


async def test_who_may_not_decide_ends_and_approves_nothing(sample: Sample) -> None:
    """Not even their own; asking again for what was decided leaves it so."""
    own = {**WEEK, "person": "pgy1-01"}
    name = await recorded(sample, RESIDENT, person="pgy1-01")
    for status in ("cancelled", "denied", "approved"):
        answer = await call(sample, "record_absence", RESIDENT, **own, status=status)
        assert answer.facts["code"] == "forbidden"
    assert (await call(sample, "decide", RESIDENT, kind="reject", id=name)).facts["code"] == "forbidden"
    await facts(sample, "record_absence", **own)
    assert await recorded(sample, RESIDENT, person="pgy1-01") == name
    assert await stored(sample) == [(name, "unspecified", "approved")]
    for who in (STAFF, CHIEF, caller(Role.AUDITOR)):
        assert (await call(sample, "decide", who, kind="reject", id=name)).facts["code"] == "forbidden"
    await facts(sample, "record_absence", **own, status="denied")
    asked = await recorded(sample, RESIDENT, person="pgy1-01")
    assert asked != name
    assert sorted(s for _, _, s in await stored(sample)) == ["denied", "pending"]


async def test_several_of_the_same_dates_are_told_apart_by_type(sample: Sample) -> None:
    """What is left blocking is named; without a type that fits one, nothing is guessed."""
    medical, training = await recorded(sample, type="medical"), await recorded(sample, type="training")
    answer = await call(sample, "record_absence", **CANCEL)
    assert answer.facts["code"] == "conflict"
    assert medical in answer.facts["message"]
    assert training in answer.facts["message"]
    ended = await facts(sample, "record_absence", **CANCEL, type="training")
    assert ended["absence"]["id"] == training
    assert medical in ended["note"]
    assert (await facts(sample, "record_absence", **CANCEL))["absence"]["id"] == medical


async def test_cover_stays_when_the_absence_ends_and_is_named(sample: Sample) -> None:
    """Overrides in its dates are left active; taking them back is the next call of whoever may make it."""
    inside = override("fac-05", MONDAY, Part.AM, "AT", "fac-07")
    outside = override("fac-05", MONDAY + days(7), Part.AM, "AT", "fac-07")
    await sample.overridden(inside, outside)
    for who, ends in ((DIRECTOR, "record_absence"), (DIRECTOR, "decide"), (COORDINATOR, "decide")):
        name = await recorded(sample)
        raw = CANCEL if ends == "record_absence" else {"kind": "reject", "id": name}
        answer = await facts(sample, ends, who, **raw)
        assert answer["overrides"] == [inside.id]
        assert "stays" in answer["note"]
        following = [(n["tool"], n["arguments"]) for n in answer.get("next", ())]
        back = ("revert_override", {"program": SLUG, "override": inside.id})
        assert following == ([back] if who is DIRECTOR else [])
    async with sample.unit() as unit:
        assert (await unit.overrides.get(SLUG, inside.id)).active
    await facts(sample, back[0], DIRECTOR, **back[1])
    assert "overrides" not in await facts(sample, "decide", kind="reject", id=await recorded(sample))


async def test_a_plan_for_this_absence_alone_is_taken_back_whole(sample: Sample) -> None:
    """One call undoes it; while another absence needs the same cover, nothing of it is named."""
    name = await recorded(sample)
    planned = await facts(sample, "plan_cascade", reason="away", alternatives=1, **WEEK)
    best = planned["plans"][0]
    await facts(sample, "apply_plan", DIRECTOR, plan=best["plan"], digest=best["digest"])
    second = await recorded(sample, type="training")
    kept = await facts(sample, "decide", DIRECTOR, kind="reject", id=name)
    assert "overrides" not in kept
    assert "next" not in kept
    assert second in kept["note"]
    ended = await facts(sample, "decide", DIRECTOR, kind="reject", id=second)
    [following] = ended["next"]
    assert following["arguments"] == {"program": SLUG, "plan": best["plan"]}
    undone = await facts(sample, following["tool"], DIRECTOR, **following["arguments"])
    assert {o["id"] for o in undone["reverted"]} >= set(ended["overrides"])


@pytest.mark.parametrize(
    ("person", "last", "tool"),
    [
        ("pgy1-01", MONDAY + days(6), "validate_schedule"),
        ("pgy1-01", MONDAY + days(800), "validate_schedule"),
        ("fac-05", MONDAY + days(6), "plan_cascade"),
        ("fac-05", MONDAY + days(800), "plan_cascade"),
    ],
)
async def test_the_suggested_call_works_as_it_stands(sample: Sample, person: str, last: Any, tool: str) -> None:
    """A cascade is planned for faculty alone; a resident's schedule is judged instead; neither is too long."""
    answer = await facts(sample, "record_absence", ADMIN, person=person, start=str(MONDAY), end=str(last))
    [following] = answer["next"]
    assert following["tool"] == tool
    await facts(sample, tool, ADMIN, **following["arguments"])

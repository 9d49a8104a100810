from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import Part
from scheduling.services.validate import validate
from server.budget import cost
from tests.edge_calls import ADMIN, CHIEF, COORDINATOR, RESIDENT, STAFF, call, caller, facts, read
from tests.program_sample import BLOCK_FIVE, FIVE, MONDAY, SLUG, Sample, caller_on, override

BLOCK: dict[str, Any] = {"block": "2026/5"}


async def away(sample: Sample, person: str) -> None:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-1", person, MONDAY, MONDAY))


async def waive(sample: Sample, finding: str) -> None:
    async with sample.unit("pd") as unit:
        await unit.lock(SLUG)
        await unit.waivers.add(SLUG, finding, rule="prog.call_absent", reason="agreed with both", until=None)


async def test_a_block_is_judged_and_the_answer_says_what_was_looked_at(sample: Sample) -> None:
    """Counts by binding and rule, every finding with its citation, exact ids, and what was checked."""
    answer = await facts(sample, "validate_schedule", STAFF, **BLOCK, detail="detailed")
    assert answer["compliant"]
    counts = answer["counts"]
    assert counts["must"] == 0
    assert sum(counts["by_rule"].values()) == counts["must"] + counts["should"] + counts["policy"]
    assert answer["checked"]["days"] == len(BLOCK_FIVE.window)
    assert answer["checked"]["people"] == 12
    assert "acgme.6.20" in answer["checked"]["rule_ids"]
    first = answer["findings"][0]
    assert set(first) >= {"id", "rule", "citation", "binding", "start", "end", "value", "limit", "unit", "message"}
    assert answer["missing"]["people"] == ["fac-90"]
    assert answer["as_of"]["versions"] == {str(FIVE): sample.versions[FIVE].hash}


async def test_filters_narrow_the_look(sample: Sample) -> None:
    """Only these rules and people; the answer says so."""
    answer = await facts(
        sample, "validate_schedule", **BLOCK, rules=["prog.call_spacing", "prog.post_call_tied"], people=["fac-05"]
    )
    assert {f["person"] for f in answer["findings"]} == {"fac-05"}
    assert set(answer["counts"]["by_rule"]) <= {"prog.call_spacing", "prog.post_call_tied"}
    assert (answer["checked"]["people"], answer["checked"]["rules"]) == (1, 2)


async def test_an_absence_over_a_call_is_a_must_and_its_override_removes_it(sample: Sample) -> None:
    """The overlay is what is judged."""
    on_call = caller_on(MONDAY)
    await away(sample, on_call)
    broken = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    assert not broken["compliant"]
    assert [(f["person"], f["start"], f["part"]) for f in broken["findings"]] == [(on_call, str(MONDAY), "NIGHT")]
    assert broken["next"][0]["arguments"]["finding"] == broken["findings"][0]["id"]
    other = "fac-05" if on_call != "fac-05" else "fac-06"
    await sample.overridden(override(on_call, MONDAY, Part.NIGHT, "CALL", other))
    healed = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    assert healed["compliant"]
    assert healed["findings"] == []


async def test_a_gap_is_visible_and_no_breach(sample: Sample) -> None:
    """A night left open is a policy finding marked as a gap."""
    await sample.overridden(override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL"))
    answer = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.one_caller"])
    assert answer["compliant"]
    assert [(f["binding"], f["gap"], f["value"], f["limit"]) for f in answer["findings"]] == [("policy", True, 0, 1)]


async def test_a_waiver_marks_a_finding_without_hiding_it(sample: Sample) -> None:
    """The finding stays, with who, why and until when; the verdict is compliant again."""
    await away(sample, caller_on(MONDAY))
    broken = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    await waive(sample, broken["findings"][0]["id"])
    answer = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    assert answer["compliant"]
    assert answer["counts"]["must"] == 1
    assert answer["findings"][0]["waived"] == {"by": "pd", "reason": "agreed with both"}


async def test_why_a_finding_was_accepted_is_shown_to_whom_it_concerns(sample: Sample) -> None:
    """As the reason of an override: directors, coordinators and the person; everybody else reads by whom and until when."""
    person = caller_on(MONDAY)
    await away(sample, person)
    only = {**BLOCK, "rules": ["prog.call_absent"]}
    broken = await facts(sample, "validate_schedule", **only)
    await waive(sample, broken["findings"][0]["id"])
    full = {"by": "pd", "reason": "agreed with both"}
    told = (ADMIN, COORDINATOR, caller(Role.PROGRAM_DIRECTOR), caller(Role.FACULTY, person))
    others = (STAFF, CHIEF, RESIDENT, caller(Role.AUDITOR), caller(Role.FACULTY, "fac-01"), caller(Role.FACULTY))
    for who, seen in [*((w, full) for w in told), *((w, {"by": "pd"}) for w in others)]:
        answer = await facts(sample, "validate_schedule", who, **only)
        assert answer["findings"][0]["waived"] == seen
        body = await read(sample, "compliance", who, year=2026, number=5)
        assert [f["waived"] for f in body["findings"] if "waived" in f] == [seen]


async def test_outside_the_data_the_answer_is_empty_and_says_so(sample: Sample) -> None:
    """No finding, no day checked, and where the data lies."""
    answer = await facts(sample, "validate_schedule", start="2031-01-01", end="2031-01-31")
    assert answer["findings"] == []
    assert answer["checked"]["days"] == 0
    assert str(BLOCK_FIVE.start) in answer["note"]


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        ({**BLOCK, "rules": ["acgme.6.2"]}, "not_found"),
        ({**BLOCK, "people": ["fac-99"]}, "not_found"),
        ({"start": "2026-11-10", "end": "2026-11-09"}, "invalid"),
        ({**BLOCK, "target": "version:ffffffffffff"}, "not_found"),
        ({**BLOCK, "target": "plan:none"}, "not_found"),
        ({**BLOCK, "target": "somewhere"}, "invalid"),
        ({"block": "2026/99"}, "not_found"),
        ({"start": "2026-11-10"}, "invalid"),
    ],
)
async def test_bad_input_is_refused_with_its_reason(sample: Sample, raw: dict[str, Any], code: str) -> None:
    """Unknown rule, person, target or block, and a reversed window."""
    answer = await call(sample, "validate_schedule", **raw)
    assert answer.failed
    assert answer.facts["code"] == code
    assert answer.facts["message"]


async def test_a_version_can_be_judged_and_names_itself_in_its_ids(sample: Sample) -> None:
    """An id found on something that is not live says on what, and can be explained as it stands."""
    target = f"version:{sample.versions[FIVE].hash}"
    answer = await facts(sample, "validate_schedule", **BLOCK, target=target)
    name = answer["findings"][0]["id"]
    assert name.endswith(f"@{target}")
    told = await facts(sample, "explain_violation", finding=name)
    assert told["finding"]["id"] == name


async def test_concise_is_short_and_the_cursor_walks_to_the_end(sample: Sample) -> None:
    """Every finding once, whatever the pages."""
    whole = await facts(sample, "validate_schedule", **BLOCK, detail="detailed")
    seen: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = await facts(sample, "validate_schedule", **BLOCK, **cursor)
        assert cost(page) <= 750
        seen += [f["id"] for f in page["findings"]]
        if "cursor" not in page:
            break
        cursor = {"cursor": page["cursor"]}
    assert len(seen) == len(set(seen)) == sum(whole["counts"]["by_rule"].values())


async def test_a_page_after_a_fact_moved_is_stale(sample: Sample) -> None:
    """A record that comes between two pages is no part of half an answer."""
    page = await facts(sample, "validate_schedule", **BLOCK)
    assert "cursor" in page
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.duty_records.save(SLUG, DutyRecord("m1", "pgy1-01", DutyKind.MOONLIGHTING, MONDAY, 1140, 1200))
    late = await call(sample, "validate_schedule", **BLOCK, cursor=page["cursor"])
    assert late.facts["code"] == "stale"
    fresh = await facts(sample, "validate_schedule", **BLOCK, rules=["acgme.6.25.b"])
    assert [f["person"] for f in fresh["findings"]] == ["pgy1-01"]


async def test_an_explanation_adds_up_and_its_remedies_hold(sample: Sample) -> None:
    """Rule, arithmetic, timeline with clock times and locks, and remedies that remove the finding when laid on."""
    on_call = caller_on(MONDAY)
    await away(sample, on_call)
    broken = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    name = broken["findings"][0]["id"]
    told = await facts(sample, "explain_violation", finding=name, detail="detailed")
    assert told["rule"]["id"] == "prog.call_absent"
    assert told["arithmetic"][0] == {"label": "night", "value": f"Monday {MONDAY}"}
    (entry,) = told["timeline"]
    assert (entry["start"], entry["end"]) == (f"{MONDAY}T17:00", f"{MONDAY + days(1)}T07:00")
    assert (entry["activity"], entry["hours"], entry["locked"]) == ("CALL", 14, "preload")
    assert told["remedies"]
    for remedy in told["remedies"]:
        assert remedy["verified"]
        assert name in remedy["removes"]
        assert {"person": on_call, "date": str(MONDAY), "part": "NIGHT", "from": "CALL", "to": None} in remedy[
            "changes"
        ]
        assert all(set(c) == {"person", "date", "part", "from", "to"} for c in remedy["changes"])
    assert "never given up" in told["blocked"]["drop"]


async def test_a_finding_of_another_program_or_of_yesterday_is_refused(sample: Sample) -> None:
    """Another program's id is invalid; one the schedule no longer gives rise to is not found."""
    await away(sample, caller_on(MONDAY))
    broken = await facts(sample, "validate_schedule", **BLOCK, rules=["prog.call_absent"])
    name = broken["findings"][0]["id"]
    for wrong in ("prog.call_absent:fac-05:2026-11-09:2026-11-09:NIGHT:-:00000000", "nonsense"):
        answer = await call(sample, "explain_violation", finding=wrong)
        assert answer.facts["code"] == "invalid"
    await sample.overridden(override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL"))
    gone = await call(sample, "explain_violation", finding=name)
    assert gone.facts["code"] == "not_found"


async def test_validation_reads_in_five_queries(sample: Sample) -> None:
    """A block costs no more however many people there are: the roster's five and the waivers."""
    await facts(sample, "validate_schedule", COORDINATOR, **BLOCK)
    with sample.counted() as statements:
        async with sample.unit() as unit:
            await validate(unit, SLUG, BLOCK_FIVE.window)
    assert len([s for s in statements if s.lstrip().upper().startswith("SELECT")]) <= 6

from __future__ import annotations

from typing import Any

import pytest

from auth.roles import Role
from scheduling.model.calendar import days
from scheduling.model.override import OverrideType
from scheduling.model.part import Part
from tests.edge_calls import STAFF, call, caller, facts
from tests.program_sample import FIVE, MONDAY, Sample, attending, caller_on, override

DAY: dict[str, Any] = {"start": str(MONDAY), "end": str(MONDAY)}


def at(answer: dict[str, Any], part: str, **wanted: Any) -> list[dict[str, Any]]:
    return [s for s in answer["slots"] if s["part"] == part and all(s.get(k) == v for k, v in wanted.items())]


async def test_the_base_has_every_assignment_with_its_source(sample: Sample) -> None:
    """Without overrides all is base; preloaded cells are locked, stand-ins are not."""
    answer = await facts(sample, "get_schedule", STAFF, **DAY, detail="detailed")
    assert {s["state"] for s in answer["slots"]} == {"base"}
    assert at(answer, "NIGHT") == [
        {
            "date": str(MONDAY),
            "part": "NIGHT",
            "person": caller_on(MONDAY),
            "activity": "CALL",
            "state": "base",
            "locked": True,
            "source": "preload",
        }
    ]
    (clinic,) = at(answer, "AM", person="pgy1-01")
    assert (clinic["locked"], clinic["source"]) == (False, "template")
    assert answer["totals"] == {
        "slots": 11,
        "base": 11,
        "covered": 0,
        "gap": 0,
        "cancelled": 0,
        "activities": {"C": 4, "AT": 2, "FMIT": 2, "GME": 2, "CALL": 1},
    }
    assert answer["as_of"]["versions"] == {str(FIVE): sample.versions[FIVE].hash}
    assert answer["as_of"]["overlay"] == 0


async def test_states_show_what_overrides_made_of_it(sample: Sample) -> None:
    """Covered shows both people, a gap keeps the activity, a cancellation is listed outside the totals."""
    on_call = caller_on(MONDAY)
    cover = override(on_call, MONDAY, Part.NIGHT, "CALL", "fac-05" if on_call != "fac-05" else "fac-06")
    gap = override("pgy1-01", MONDAY, Part.AM, "C")
    gone = override("fac-06", MONDAY, Part.PM, "GME", kind=OverrideType.CANCELLATION)
    await sample.overridden(cover, gap, gone)
    answer = await facts(sample, "get_schedule", STAFF, **DAY, detail="detailed")
    (night,) = at(answer, "NIGHT")
    assert (night["state"], night["person"], night["base_person"]) == ("covered", cover.replacement, on_call)
    assert night["override"] == cover.id
    (open_clinic,) = at(answer, "AM", state="gap")
    assert (open_clinic["person"], open_clinic["base_person"], open_clinic["activity"]) == (None, "pgy1-01", "C")
    (cancelled,) = at(answer, "PM", state="cancelled")
    assert (cancelled["person"], cancelled["base_person"], cancelled["activity"]) == (None, "fac-06", "GME")
    totals = answer["totals"]
    assert (totals["slots"], totals["base"], totals["covered"]) == (10, 8, 1)
    assert (totals["gap"], totals["cancelled"]) == (1, 1)
    assert totals["activities"]["GME"] == 1


async def test_without_the_overlay_only_the_base_is_shown(sample: Sample) -> None:
    """overlay=false answers as if no override had been set; after a revert both agree again."""
    before = await facts(sample, "get_schedule", **DAY, overlay=False, detail="detailed")
    made = override("pgy1-01", MONDAY, Part.AM, "C")
    await sample.overridden(made)
    during = await facts(sample, "get_schedule", **DAY, overlay=False, detail="detailed")
    assert during["slots"] == before["slots"]
    assert during["totals"] == before["totals"]
    async with sample.unit() as unit:
        await unit.lock("prog")
        await unit.overrides.deactivate("prog", [made.id])
        await unit.programs.move_overlay("prog", 1)
    after = await facts(sample, "get_schedule", **DAY, detail="detailed")
    assert after["slots"] == before["slots"]
    assert after["as_of"]["versions"] == before["as_of"]["versions"]


async def test_a_double_booking_is_shown_not_hidden(sample: Sample) -> None:
    """A coverage by somebody who already holds something there stands beside it."""
    await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C", "pgy2-01"))
    answer = await facts(sample, "get_schedule", **DAY, people=["pgy2-01"], detail="detailed")
    assert [s["state"] for s in at(answer, "AM", person="pgy2-01")] == ["base", "covered"]


async def test_filters_narrow_the_list(sample: Sample) -> None:
    """By people (replacements and replaced alike) and by activities."""
    await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C", "fac-90"))
    for person in ("pgy1-01", "fac-90"):
        answer = await facts(sample, "get_schedule", **DAY, people=[person], activities=["C"], detail="detailed")
        assert [(s["person"], s["base_person"]) for s in at(answer, "AM")] == [("fac-90", "pgy1-01")]
    answer = await facts(sample, "get_schedule", **DAY, activities=["FMIT"], detail="detailed")
    assert {s["person"] for s in answer["slots"]} == {attending(MONDAY)}
    empty = await facts(sample, "get_schedule", **DAY, people=["pgy3-01"])
    assert empty["slots"] == []
    assert "filters" in empty["note"]


async def test_pages_walk_a_whole_block(sample: Sample) -> None:
    """A concise page stays near 600 tokens and counts what it leaves out; the cursor leads through all of it."""
    seen: list[dict[str, Any]] = []
    cursor = None
    while True:
        answer = await call(sample, "get_schedule", block="2026/5", **({"cursor": cursor} if cursor else {}))
        assert not answer.failed
        assert len(answer.text.encode()) / 4 < 800
        seen += answer.facts["slots"]
        cursor = answer.facts.get("cursor")
        if cursor is None:
            break
        assert answer.facts["omitted"]["slots"] > 0
    assert len(seen) == answer.facts["totals"]["slots"] == len({str(s) for s in seen})


async def test_a_draft_can_be_read_in_place(sample: Sample) -> None:
    """target=version:ID shows that version where another is live; an unknown one is not found."""
    answer = await facts(sample, "get_schedule", **DAY, target=f"version:{sample.versions[FIVE].hash[:12]}")
    assert answer["totals"]["slots"] == 11
    for target, code in (("version:" + "0" * 64, "not_found"), ("plan:none", "not_found"), ("draft", "invalid")):
        refused = await call(sample, "get_schedule", **DAY, target=target)
        assert refused.facts["code"] == code


async def test_dates_outside_the_data_answer_empty_and_say_so(sample: Sample) -> None:
    """Reading there is no error; the note says which dates there are."""
    answer = await facts(sample, "get_schedule", start="2030-01-01", end="2030-01-07")
    assert answer["slots"] == []
    assert "2026-10-22 to 2026-12-16" in answer["note"]
    half = await facts(sample, "get_schedule", start="2026-12-16", end="2026-12-20")
    assert half["totals"]["slots"] > 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({}, "start"),
        ({"start": "2026-11-09"}, "end"),
        ({"start": "2026-11-09", "end": "2026-11-01"}, "end"),
        ({"start": "2026-11-09", "end": "2028-11-01"}, "end"),
        ({"start": "9 Nov", "end": "2026-11-01"}, "start"),
        ({"start": "2026-02-30", "end": "2026-03-01"}, "start"),
        ({"start": 20261109, "end": "2026-11-10"}, "start"),
        ({"start": "0001-01-01", "end": "0001-01-02"}, "start"),
        ({"block": "2026/5", "start": "2026-11-09"}, "block"),
        ({"block": "five"}, "block"),
        ({**DAY, "persons": ["fac-01"]}, "persons"),
    ],
)
async def test_bad_arguments_name_the_field(sample: Sample, arguments: dict[str, Any], field: str) -> None:
    """Field, reason and valid values, never a stack of our own."""
    answer = await call(sample, "get_schedule", **arguments)
    assert answer.failed
    assert (answer.facts["code"], answer.facts["field"]) == ("invalid", field)


async def test_what_is_not_known_names_what_is_near(sample: Sample) -> None:
    """A person, an activity, a block."""
    for arguments, near in (
        ({**DAY, "people": ["fac-1"]}, "fac-01"),
        ({**DAY, "activities": ["FMT"]}, "FMIT"),
        ({"block": "2026/14"}, "2026/13"),
    ):
        answer = await call(sample, "get_schedule", **arguments)
        assert answer.facts["code"] == "not_found"
        assert near in answer.facts["nearest"]


async def test_a_block_is_read_in_at_most_five_queries(sample: Sample) -> None:
    """The whole call's reading: program and schedule together."""
    async with sample.unit() as unit:
        await unit.lock("prog")
        await unit.programs.pin("prog", MONDAY + days(1))
    with sample.counted() as statements:
        await facts(sample, "get_schedule", caller(Role.CHIEF), block="2026/5")
    assert len([s for s in statements if _reads_a_schedule(s)]) <= 5


def _reads_a_schedule(statement: str) -> bool:
    return "audit" not in statement and "synchronous_commit" not in statement and "policies.digest" not in statement


@pytest.mark.parametrize("tool", ["get_schedule", "validate_schedule"])
async def test_a_version_of_another_block_is_no_answer_about_this_one(sample: Sample, tool: str) -> None:
    """It would silently be the live schedule; where the dates meet the block it is the version's."""
    target = f"version:{sample.versions[FIVE].hash}"
    answer = await call(sample, tool, block="2026/7", target=target)
    assert (answer.facts["code"], answer.facts["field"]) == ("invalid", "target")
    assert "block 2026/5" in answer.facts["message"]
    assert not (await call(sample, tool, block="2026/5", target=target)).failed
    assert not (await call(sample, tool, block="2026/7")).failed

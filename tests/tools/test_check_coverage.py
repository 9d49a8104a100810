from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.lifecycle import Move
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.version import BlockSchedule, Cell
from tests.edge_calls import STAFF, call, facts
from tests.program_sample import (
    BLOCK_FIVE,
    FIVE,
    MONDAY,
    PEOPLE,
    SLUG,
    VAS,
    Sample,
    attending,
    caller_on,
    override,
    schedule_of,
)

DAY: dict[str, Any] = {"start": str(MONDAY), "end": str(MONDAY), "detail": "detailed"}


async def away(sample: Sample, person: str) -> None:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence(f"abs-{person}", person, MONDAY, MONDAY))


async def publish(sample: Sample, *more: Cell, without: str = "") -> None:
    cells = [c for c in schedule_of(BLOCK_FIVE) if c.activity != without]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        made = await unit.versions.add(
            await unit.program(SLUG), BlockSchedule.of(BLOCK_FIVE, [*cells, *more]), origin="edit"
        )
        await unit.versions.move(SLUG, FIVE, expected=sample.versions[FIVE].hash, to=made.hash, why=Move.PUBLISH)


async def test_a_staffed_day_has_no_gaps(sample: Sample) -> None:
    """One caller, one inpatient attending for two half-days, one attending for two residents in clinic in each."""
    answer = await facts(sample, "check_coverage", STAFF, **DAY)
    assert answer["gaps"] == []
    assert answer["coverage"] == 1
    assert answer["level"] == "green"
    assert answer["staffing"] == [
        {"duty": "call", "needed": 1, "filled": 1},
        {"duty": "inpatient", "needed": 2, "filled": 2},
        {"duty": "supervision", "needed": 2, "filled": 2},
    ]


async def test_every_duty_of_somebody_who_is_away_is_a_gap(sample: Sample) -> None:
    """Their cells stand, but nobody does them: critical, with the person who should."""
    await away(sample, attending(MONDAY))
    await away(sample, caller_on(MONDAY))
    answer = await facts(sample, "check_coverage", **DAY)
    rows = [(g["slot"]["part"], g["activity"], g["why"], g["slot"].get("person")) for g in answer["gaps"]]
    expected = {
        ("AM", "FMIT", "absent", attending(MONDAY)),
        ("PM", "FMIT", "absent", attending(MONDAY)),
        ("NIGHT", "CALL", "absent", caller_on(MONDAY)),
    }
    assert expected <= set(rows)
    assert answer["level"] == "red"
    assert answer["coverage"] < 1
    assert answer["next"][0]["tool"] == "plan_cascade"


async def test_missing_supervision_is_counted_in_attendings(sample: Sample) -> None:
    """Two residents in clinic ask for one attending: without fac-05 one is short, under AT."""
    await away(sample, "fac-05")
    answer = await facts(sample, "check_coverage", **DAY)
    short = [g for g in answer["gaps"] if g["activity"] == "AT"]
    assert [(g["slot"]["part"], g["severity"]) for g in short] == [("AM", "critical"), ("PM", "critical")]


async def test_a_gap_an_override_leaves_is_shown_once(sample: Sample) -> None:
    """A gap on call is critical, one on administration minor; each names its override."""
    night = override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL")
    admin = override("fac-06", MONDAY, Part.AM, "GME")
    await sample.overridden(night, admin)
    answer = await facts(sample, "check_coverage", **DAY)
    assert [(g["activity"], g["severity"], g["why"], g["override"]) for g in answer["gaps"]] == [
        ("GME", "minor", "override", admin.id),
        ("CALL", "critical", "override", night.id),
    ]
    assert answer["level"] == "red"


async def test_a_minor_gap_alone_is_orange(sample: Sample) -> None:
    """Nothing that must be staffed is open."""
    await sample.overridden(override("fac-06", MONDAY, Part.AM, "GME"))
    assert (await facts(sample, "check_coverage", **DAY))["level"] == "orange"


async def test_a_covered_duty_is_no_gap(sample: Sample) -> None:
    """Whoever covers counts as there."""
    await away(sample, caller_on(MONDAY))
    cover = next(f"fac-0{n}" for n in range(5, 9) if f"fac-0{n}" != caller_on(MONDAY))
    await sample.overridden(override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL", cover))
    answer = await facts(sample, "check_coverage", **DAY)
    assert not [g for g in answer["gaps"] if g["activity"] == "CALL"]


async def test_a_resident_in_a_procedure_needs_a_credentialed_attending(sample: Sample) -> None:
    """There and credentialed on that date: otherwise the procedure is a gap; the only holder is a single point of failure."""
    slot = Slot(MONDAY + days(3), Part.AM)
    day: dict[str, Any] = {"start": str(slot.date), "end": str(slot.date)}
    cells = [c for c in schedule_of(BLOCK_FIVE) if not (c.person == "pgy2-01" and c.slot == slot)]
    free = next(p.id for p in PEOPLE if p.id not in {attending(slot.date), "fac-05"} and p.is_faculty)
    there = [Cell("pgy2-01", slot, "VAS", Source.MANUAL), Cell(free, slot, "VAS", Source.MANUAL)]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        made = await unit.versions.add(
            await unit.program(SLUG), BlockSchedule.of(BLOCK_FIVE, [*cells, *there]), origin="edit"
        )
        await unit.versions.move(SLUG, FIVE, expected=sample.versions[FIVE].hash, to=made.hash, why=Move.PUBLISH)
    without = await facts(sample, "check_coverage", **day)
    assert [g["activity"] for g in without["gaps"]] == ["VAS"]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        holder = next(p for p in PEOPLE if p.id == free)
        await unit.people.save(SLUG, replace(holder, credentials=(VAS,)))
    answer = await facts(sample, "check_coverage", **day)
    assert answer["gaps"] == []
    assert answer["level"] == "yellow"
    assert answer["single_points_of_failure"] == [
        {"person": free, "activity": "VAS", "slots": 1, "start": str(slot.date), "end": str(slot.date)}
    ]


async def test_a_night_nobody_was_given_is_a_gap_only_inside_the_recorded_range(sample: Sample) -> None:
    """Nights before the first and after the last recorded call are missing data."""
    nights = [c for c in schedule_of(BLOCK_FIVE) if c.activity == "CALL" and c.slot.date > BLOCK_FIVE.start + days(4)]
    await publish(sample, *(c for c in nights if c.slot.date != MONDAY), without="CALL")
    first = await facts(sample, "check_coverage", start=str(BLOCK_FIVE.start), end=str(BLOCK_FIVE.start + days(4)))
    assert not [g for g in first["gaps"] if g["activity"] == "CALL"]
    answer = await facts(sample, "check_coverage", **DAY)
    assert [(g["activity"], g["why"], "person" in g["slot"]) for g in answer["gaps"]] == [("CALL", "unassigned", False)]


async def test_available_faculty_are_counted_and_listed_by_slot(sample: Sample) -> None:
    """Adjuncts are left out; who is away or busy is not available."""
    await away(sample, "fac-08")
    answer = await facts(sample, "check_coverage", **DAY)
    available = {a["person"]: a for a in answer["available"]}
    assert "fac-90" not in available
    assert available["fac-08"] == {"person": "fac-08", "half_days": 0, "nights": 0, "away_days": 1}
    assert available["fac-05"]["half_days"] == 0
    free = {(f["date"], f["part"]): f["people"] for f in answer["free"]}
    busy = {attending(MONDAY), "fac-05", "fac-06", "fac-08"}
    assert set(free[str(MONDAY), "AM"]) == {f"fac-0{n}" for n in range(1, 9)} - busy


async def test_the_forecast_looks_four_weeks_ahead(sample: Sample) -> None:
    """A week of seven days each, as far as the data goes, with who is away."""
    await away(sample, "fac-08")
    answer = await facts(sample, "check_coverage", **DAY)
    assert [w["start"] for w in answer["forecast"]] == [str(MONDAY + days(7 * n)) for n in range(5)]
    assert answer["forecast"][0]["away"] == ["fac-08"]
    assert answer["forecast"][1]["away"] == []


async def test_fifty_faculty_take_at_most_five_queries(sample: Sample) -> None:
    """The whole report, whatever their number."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, *(replace(PEOPLE[0], id=f"fac-{n}") for n in range(100, 150)))
    with sample.counted() as statements:
        answer = await facts(sample, "check_coverage", **DAY)
    assert len(answer["available"]) == 58
    own = [s for s in statements if "audit" not in s and "synchronous_commit" not in s and "policies.digest" not in s]
    assert len(own) <= 5


async def test_outside_the_data_there_is_nothing_to_cover(sample: Sample) -> None:
    """An empty answer that says so."""
    answer = await facts(sample, "check_coverage", start="2030-01-01", end="2030-01-31")
    assert (answer["gaps"], answer["available"], answer["forecast"]) == ([], [], [])
    assert "No published schedule" in answer["note"]


async def test_a_concise_answer_stays_near_its_budget(sample: Sample) -> None:
    """Also for a whole block with fifty faculty."""
    answer = await call(sample, "check_coverage", start=str(BLOCK_FIVE.start), end=str(BLOCK_FIVE.end))
    assert len(answer.text.encode()) / 4 < 800


@pytest.mark.parametrize("wrong", [{"end": "2026-11-01"}, {"end": "2029-01-01"}])
async def test_bad_windows_are_invalid(sample: Sample, wrong: dict[str, str]) -> None:
    """Reversed, or longer than one question may span."""
    answer = await call(sample, "check_coverage", **{**DAY, **wrong})
    assert (answer.facts["code"], answer.facts["field"]) == ("invalid", "end")

from __future__ import annotations

import datetime as dt

import pytest

from auth.principal import Membership, Principal
from auth.roles import Role
from resources.catalog import RESOURCES
from scheduling.model.absence import Absence, AbsenceType
from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.override import OverrideType
from scheduling.model.part import Part
from scheduling.model.policy import shipped_policy
from server.edge import Caller
from tests.edge_calls import CHIEF, COORDINATOR, RESIDENT, STAFF, caller, edge, read
from tests.program_sample import BLOCK_FIVE, MONDAY, SLUG, TODAY, Sample, attending, caller_on, override


async def absent(sample: Sample, person: str = "pgy1-01") -> None:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        leave = Absence("abs-1", person, MONDAY, MONDAY, type=AbsenceType.PARENTAL, reason="private words")
        await unit.absences.add(SLUG, leave)


async def test_programs_are_those_of_the_caller(sample: Sample) -> None:
    """With their role, their own person, and the dates the schedule covers; a stranger sees none."""
    body = await read(sample, "programs", RESIDENT)
    assert body["programs"] == [
        {
            "slug": SLUG,
            "role": "resident",
            "person": "pgy1-01",
            "zone": "America/New_York",
            "today": str(TODAY),
            "block": "2026/5",
            "start": str(BLOCK_FIVE.start),
            "end": "2026-12-16",
        }
    ]
    stranger = Caller(Principal("x", "t", memberships={"elsewhere": Membership(Role.ADMIN)}), "t")
    assert (await read(sample, "programs", stranger))["programs"] == []


async def test_a_day_shows_who_is_where_and_what_is_open(sample: Sample) -> None:
    """By part and activity; the night's caller; gaps and replacements; who is away."""
    await absent(sample, "fac-08")
    cover = override("pgy1-01", MONDAY, Part.AM, "C", "fac-90")
    gap = override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL")
    await sample.overridden(cover, gap)
    body = await read(sample, "day", STAFF, date=str(MONDAY))
    assert body["parts"]["AM"]["FMIT"] == [attending(MONDAY)]
    assert body["parts"]["AM"]["C"] == ["fac-90", "pgy2-01"]
    assert body["on_call"] == []
    assert [(g["activity"], g["person"], g["override"]) for g in body["gaps"]] == [("CALL", caller_on(MONDAY), gap.id)]
    assert {c["override"]: c["state"] for c in body["changed"]} == {cover.id: "covered", gap.id: "gap"}
    assert body["absent"] == ["fac-08"]
    assert body["block"] == "2026/5"
    assert body["as_of"]["overlay"] == 1


async def test_a_block_is_a_grid(sample: Sample) -> None:
    """Everybody who stands in it, each day three parts; with overlay=false the base."""
    await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C"))
    body = await read(sample, "block", STAFF, year="2026", number="5")
    rows = {r["person"]: r for r in body["rows"]}
    column = (MONDAY - BLOCK_FIVE.start).days
    assert "fac-90" not in rows
    assert len(rows["fac-05"]["days"]) == 28
    assert rows["pgy1-01"]["days"][column] == [None, "C", None]
    assert rows["pgy1-01"]["rotations"] == ["Family medicine clinic"]
    assert body["partial"] is True
    assert len(body["changed"]) == 1
    base = await read(sample, "block", STAFF, year="2026", number="5", overlay="false")
    assert {r["person"]: r for r in base["rows"]}["pgy1-01"]["days"][column] == ["C", "C", None]
    assert base["changed"] == []
    assert body["version"] == base["version"]


async def test_a_block_that_does_not_exist_names_the_nearest(sample: Sample) -> None:
    """One without a schedule is empty and says so."""
    with pytest.raises(NotFoundError, match="2026/13"):
        await read(sample, "block", year="2026", number="20")
    body = await read(sample, "block", year="2026", number="9")
    assert (body["rows"], body["version"]) == ([], None)
    assert "No published schedule" in body["note"]


async def test_a_person_over_four_weeks(sample: Sample) -> None:
    """Duties with covers, rotations as runs of days, absences; from today unless asked otherwise."""
    await absent(sample)
    await sample.overridden(override("pgy2-01", MONDAY, Part.AM, "C", "pgy1-01"))
    body = await read(sample, "person", RESIDENT, id="pgy1-01")
    assert (body["start"], body["end"]) == (str(TODAY), str(TODAY + days(27)))
    assert body["pgy"] == 1
    covered = [d for d in body["duties"] if d["state"] == "covered"]
    assert [(d["base_person"], d["date"]) for d in covered] == [("pgy2-01", str(MONDAY))]
    assert body["rotations"] == [
        {"name": "Family medicine clinic", "activity": "FMC", "start": str(TODAY), "end": str(TODAY + days(27))}
    ]
    asked = await read(sample, "person", id="pgy1-01", start=str(MONDAY), end=str(MONDAY))
    assert {d["date"] for d in asked["duties"]} == {str(MONDAY)}
    with pytest.raises(NotFoundError, match="pgy1-01"):
        await read(sample, "person", id="pgy1-1")


async def test_type_and_reason_of_an_absence_are_for_few(sample: Sample) -> None:
    """The person, coordinator, director and administrator; everybody else sees the dates alone."""
    await absent(sample)
    for who in (RESIDENT, COORDINATOR, caller(Role.PROGRAM_DIRECTOR), caller(Role.ADMIN)):
        (leave,) = (await read(sample, "person", who, id="pgy1-01"))["absences"]
        assert (leave["type"], leave["reason"]) == ("parental", "private words")
    for who in (STAFF, CHIEF, caller(Role.AUDITOR), caller(Role.RESIDENT, "pgy2-01"), caller(Role.FACULTY, "fac-01")):
        (leave,) = (await read(sample, "person", who, id="pgy1-01"))["absences"]
        assert "type" not in leave
        assert "reason" not in leave


async def test_names_stand_only_where_they_may_be_seen(sample: Sample) -> None:
    """In every resource that shows people: ids for all, names for those with the right."""
    places = {
        "day": {"date": str(MONDAY)},
        "block": {"year": "2026", "number": "5"},
        "person": {"id": "pgy1-01"},
        "call": {"month": "2026-11"},
        "overrides": {},
    }
    await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C", "fac-05"))
    for name, variables in places.items():
        assert "NAME-" in str(await read(sample, name, CHIEF, **variables)), name
        assert "NAME-" not in str(await read(sample, name, STAFF, **variables)), name


async def test_a_month_of_calls(sample: Sample) -> None:
    """Every night with its state and pool; nights without data are missing, not gaps."""
    night = MONDAY + days(1)
    await sample.overridden(
        override(caller_on(MONDAY), MONDAY, Part.NIGHT, "CALL"),
        override(caller_on(night), night, Part.NIGHT, "CALL", "fac-04"),
    )
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.set_holidays(SLUG, BLOCK_FIVE.window, {dt.date(2026, 11, 11): "Veterans Day"})
    nights = {n["date"]: n for n in (await read(sample, "call", month="2026-11"))["nights"]}
    assert len(nights) == 30
    assert (nights[str(MONDAY)]["state"], nights[str(MONDAY)]["base_person"]) == ("gap", caller_on(MONDAY))
    assert (nights[str(night)]["state"], nights[str(night)]["person"]) == ("covered", "fac-04")
    assert nights["2026-11-11"]["pool"] == "holiday"
    assert nights["2026-11-08"]["pool"] == "sunday"
    assert nights["2026-11-12"]["pool"] == "weekday"
    assert "pool" not in nights["2026-11-13"]
    october = await read(sample, "call", month="2026-10")
    assert {n["state"] for n in october["nights"] if n["date"] < "2026-10-22"} == {"missing"}
    with pytest.raises(InvalidError, match="month"):
        await read(sample, "call", month="2026-13")


async def test_overrides_keep_their_history(sample: Sample) -> None:
    """Active ones and those taken back; reasons only for those who may know why somebody is away."""
    gone = override("pgy1-01", MONDAY, Part.AM, "C", kind=OverrideType.CANCELLATION)
    await sample.overridden(gone, reason="private words")
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.overrides.deactivate(SLUG, [gone.id])
        await unit.programs.move_overlay(SLUG, 1)
    kept = override("pgy1-01", MONDAY, Part.PM, "C")
    stray = override("pgy1-01", MONDAY + days(1), Part.PM, "GME")
    await sample.overridden(kept, stray, reason="private words")
    body = await read(sample, "overrides")
    assert [(o["id"], o["active"], o["applied"]) for o in body["overrides"]] == [
        (gone.id, False, False),
        (kept.id, True, True),
        (stray.id, True, False),
    ]
    assert (body["active"], body["overlay"]) == (2, 3)
    assert body["overrides"][0]["reason"] == "private words"
    for who in (STAFF, CHIEF, caller(Role.AUDITOR)):
        assert "private" not in str(await read(sample, "overrides", who))
    none = await read(sample, "overrides", start="2026-12-01", end="2026-12-05")
    assert none["overrides"] == []
    assert "No override" in none["note"]


async def test_the_policy_in_force(sample: Sample) -> None:
    """The shipped one before anything was adopted, afterwards the one of the program's today."""
    body = await read(sample, "policy", STAFF)
    assert (body["digest"], body["adopted"]) == (shipped_policy().digest, [])
    assert body["figures"]["hours"]["week_limit"] == 80
    strict = shipped_policy().model_copy(update={"name": "strict"})
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.policies.adopt(SLUG, TODAY, strict)
        await unit.policies.adopt(SLUG, TODAY + days(30), strict)
    body = await read(sample, "policy", STAFF)
    assert body["name"] == "strict"
    assert [(a["effective"], a["in_force"]) for a in body["adopted"]] == [
        (str(TODAY), True),
        (str(TODAY + days(30)), False),
    ]


async def test_variables_complete_from_what_there_is(sample: Sample) -> None:
    """People, dates of the schedule, blocks of the year, months."""
    by_name = {r.name: r for r in RESOURCES}
    door = edge(sample)

    async def complete(name: str, variable: str, prefix: str, **known: str) -> list[str]:
        return await door.complete(by_name[name], variable, prefix, {"program": SLUG, **known}, STAFF)

    assert await complete("person", "id", "pgy1") == ["pgy1-01"]
    assert (await complete("day", "date", ""))[0] == str(TODAY)
    assert await complete("day", "date", "2026-10-3") == ["2026-10-30", "2026-10-31"]
    assert await complete("block", "year", "20") == ["2026"]
    assert await complete("block", "number", "", year="2026") == ["5", "6"]
    assert await complete("call", "month", "") == ["2026-10", "2026-11", "2026-12"]

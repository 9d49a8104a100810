from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from auth.roles import Role
from auth.scopes import ALL, Scope
from scheduling.model.absence import Absence
from scheduling.model.part import Part
from tests.edge_calls import CHIEF, COORDINATOR, STAFF, call, caller, facts
from tests.program_sample import MONDAY, PEOPLE, SLUG, VAS, Sample, attending, override


async def ids(sample: Sample, **raw: Any) -> list[str]:
    answer = await facts(sample, "find_people", **raw, detail="detailed")
    return [p["id"] for p in answer["people"]]


async def test_active_people_come_by_id(sample: Sample) -> None:
    """Residents carry their PGY of this academic year, faculty their role; who is inactive is left out."""
    answer = await facts(sample, "find_people", detail="detailed")
    found = {p["id"]: p for p in answer["people"]}
    assert list(found) == sorted(found)
    assert "pgy3-01" not in found
    assert (found["pgy2-01"]["kind"], found["pgy2-01"]["pgy"]) == ("resident", 2)
    assert found["fac-90"]["role"] == "adjunct"
    assert found["fac-01"]["credentials"] == []


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ({"kind": "resident"}, ["pgy1-01", "pgy2-01"]),
        ({"pgy": 1}, ["pgy1-01"]),
        ({"role": "adjunct"}, ["fac-90"]),
        ({"query": "FAC-9"}, ["fac-90"]),
        ({"query": "name-pgy1"}, ["pgy1-01"]),
        ({"kind": "learner"}, []),
        ({"credential": "VAS"}, ["fac-02"]),
    ],
)
async def test_filters(sample: Sample, arguments: dict[str, Any], wanted: list[str]) -> None:
    """Each alone; nobody found is an empty list with advice."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, replace(PEOPLE[1], credentials=(VAS,)))
    assert await ids(sample, **arguments) == wanted


async def test_free_means_nothing_assigned_and_not_away(sample: Sample) -> None:
    """Busy and absent people are left out; who was relieved by an override is free."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-1", "fac-08", MONDAY, MONDAY, end_part=Part.AM))
    slot = {"date": str(MONDAY), "part": "AM"}
    free = await ids(sample, kind="faculty", free_on=slot)
    busy = {attending(MONDAY), "fac-05", "fac-06", "fac-08"}
    assert set(free) == {p.id for p in PEOPLE if p.is_faculty} - busy
    assert "fac-08" in await ids(sample, kind="faculty", free_on={**slot, "part": "PM"})
    await sample.overridden(override("fac-06", MONDAY, Part.AM, "GME"))
    assert "fac-06" in await ids(sample, kind="faculty", free_on=slot)
    far = await facts(sample, "find_people", free_on={"date": "2030-01-01", "part": "AM"})
    assert far["people"] == []
    assert "No published schedule" in far["note"]


async def test_free_faculty_among_fifty_take_at_most_five_queries(sample: Sample) -> None:
    """Their number changes nothing about the number of queries."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, *(replace(PEOPLE[0], id=f"fac-{n}") for n in range(100, 150)))
    with sample.counted() as statements:
        free = await ids(sample, kind="faculty", free_on={"date": str(MONDAY), "part": "PM"})
    assert len(free) >= 50
    own = [s for s in statements if "audit" not in s and "synchronous_commit" not in s and "policies.digest" not in s]
    assert len(own) <= 5


async def test_names_need_the_right_to_them(sample: Sample) -> None:
    """Ids always; names with people:names alone, and without it no search in them either."""
    with_names = await facts(sample, "find_people", CHIEF, query="pgy1")
    assert with_names["people"][0]["name"] == "NAME-pgy1-01"
    narrowed = caller(Role.COORDINATOR, scopes=ALL - {Scope.PEOPLE_NAMES})
    for who in (STAFF, narrowed, caller(Role.AUDITOR)):
        answer = await call(sample, "find_people", who, detail="detailed")
        assert "NAME" not in answer.text
        assert (await facts(sample, "find_people", who, query="NAME"))["people"] == []


async def test_an_unknown_credential_names_the_known_ones(sample: Sample) -> None:
    """The same for a kind there is not."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, replace(PEOPLE[1], credentials=(VAS,)))
    for arguments, valid in (({"credential": "XXX"}, ["VAS"]), ({"kind": "nurse"}, ["resident", "faculty", "learner"])):
        answer = await call(sample, "find_people", COORDINATOR, **arguments)
        assert (answer.facts["code"], answer.facts["valid"]) == ("invalid", valid)

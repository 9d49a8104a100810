"""The way of a version over the wire, with clients that can be asked and clients that cannot."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.context import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp_types import ElicitRequestParams, ElicitResult, TextResourceContents

from scheduling.services.notify.deliver import deliver_once
from scheduling.services.notify.settings import DeliverySettings
from scheduling.store.database import Database
from tests.scheduling.services.publishing.small_house import NIGHT, REF, SLUG, SmallHouse, block_content
from tests.server.publishing_town import RealTown, settle_town
from tests.server.sample import listening


@pytest.fixture
async def small(database: Database) -> SmallHouse:
    house = SmallHouse(database)
    await house.build()
    return house


@pytest.fixture
async def town(small: SmallHouse) -> RealTown:
    return await settle_town(small)


@pytest.fixture
async def url(town: RealTown) -> AsyncIterator[str]:
    async with listening(town) as base:
        yield base


class Person:
    """Somebody behind a client, with one answer to everything."""

    def __init__(self, action: str, *, agree: bool = True) -> None:
        self.action = action
        self.agree = agree
        self.questions: list[str] = []

    async def __call__(self, context: ClientRequestContext, params: ElicitRequestParams) -> ElicitResult:
        del context
        self.questions.append(params.message)
        content = {"agree": self.agree} if self.action == "accept" else None
        return ElicitResult.model_validate({"action": self.action, "content": content})


class Wire:
    """Calls as one role makes them, in one era."""

    def __init__(self, url: str, town: RealTown, era: str) -> None:
        self.url, self.town, self.era = url, town, era

    async def call(
        self, tool: str, arguments: dict[str, Any], *, role: str = "admin", person: Person | None = None
    ) -> Any:
        headers = {"Authorization": f"Bearer {self.town.issued[role].secret}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(
                streamable_http_client(f"{self.url}/mcp", http_client=http), mode=self.era, elicitation_callback=person
            ) as client,
        ):
            return (await client.call_tool(tool, arguments)).structured_content

    async def read(self, uri: str, *, role: str = "admin") -> Any:
        headers = {"Authorization": f"Bearer {self.town.issued[role].secret}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(f"{self.url}/mcp", http_client=http), mode=self.era) as client,
        ):
            found = (await client.read_resource(uri)).contents[0]
            assert isinstance(found, TextResourceContents)
            return json.loads(found.text)


@pytest.fixture
def wire(url: str, town: RealTown, era: str) -> Wire:
    return Wire(url, town, era)


async def staged(wire: Wire, small: SmallHouse, first: int = 1) -> dict[str, Any]:
    """Stage another turn of calls; the arguments of the publish that a person would agree to."""
    draft = await small.draft(block_content(REF, first=first))
    stage = await wire.call("stage_publish", {"versions": [draft]})
    return {
        "stage": stage["stage"],
        "digest": stage["digest"],
        "acknowledge": [f["id"] for f in stage["flags"] if f["settled_by"] == "acknowledge"],
    }


async def test_the_whole_way_of_a_version(wire: Wire, small: SmallHouse) -> None:
    """Draft, stage, publish, read, roll back: each answer carries what the next call needs."""
    before = await small.live()
    draft = await small.draft(block_content(REF, first=1))
    stage = await wire.call("stage_publish", {"versions": [draft[:12]]}, role="coordinator")
    assert (stage["versions"], stage["previous"]) == ({"2025/10": draft}, {"2025/10": before})
    assert stage["diff"]["cells"] > 0
    assert stage["notices"]["count"] > 0

    full = await wire.read(f"housestaff://{SLUG}/stage/{stage['stage']}")
    assert len(full["diff"]["changes"]) == stage["diff"]["cells"]
    refused = await wire.call("publish", {"stage": stage["stage"], "digest": stage["digest"]}, role="coordinator")
    assert refused["code"] == "forbidden"

    acknowledge = [f["id"] for f in stage["flags"] if f["settled_by"] == "acknowledge"]
    done = await wire.call("publish", {"stage": stage["stage"], "digest": stage["digest"], "acknowledge": acknowledge})
    assert done["versions"] == {"2025/10": draft}
    assert (await wire.read(f"housestaff://{SLUG}/version/{draft}"))["live"] is True

    back = await wire.call("rollback", {"version": draft, "reason": "the wrong turn"})
    assert back["versions"] == {"2025/10": before}
    assert await small.live() == before

    trail = await wire.read(f"housestaff://{SLUG}/audit", role="auditor")
    assert [e["tool"] for e in trail["entries"] if e["tool"] in ("publish", "rollback", "stage_publish")] == [
        "rollback",
        "publish",
        "publish",
        "stage_publish",
    ]


async def test_an_override_lives_through_publications_and_back(wire: Wire, small: SmallHouse) -> None:
    """Published, overridden, staged anew: kept where its assignment stays, in conflict where it goes, never lost."""
    first = await wire.call("publish", await staged(wire, small, first=1))
    caller, other = await small.on_call(), await small.off_call()
    night = {"date": NIGHT.date.isoformat(), "part": "NIGHT"}
    cover = {"person": caller, **night, "type": "coverage", "replacement": other, "reason": "sick"}
    override = (await wire.call("set_override", cover))["override"]["id"]

    kept = await small.draft(await small.changed({"pgy1-01": "LDNF"}))
    stage = await wire.call("stage_publish", {"versions": [kept]})
    assert [o["id"] for o in stage["overrides"]["kept"]] == [override]
    lost = await small.draft(await small.changed({caller: None}))
    stage = await wire.call("stage_publish", {"versions": [lost]})
    assert [o["id"] for o in stage["overrides"]["conflict"]] == [override]
    assert f"override:{override}" in {f["id"] for f in stage["flags"]}

    acknowledge = [f["id"] for f in stage["flags"] if f["settled_by"] == "acknowledge"]
    done = await wire.call("publish", {"stage": stage["stage"], "digest": stage["digest"], "acknowledge": acknowledge})
    assert done["conflicts"] == [override]
    assert (await small.roster()).at(other, NIGHT) is None
    await wire.call("rollback", {"version": lost, "reason": "the night has nobody"})
    assert await small.live() == first["versions"]["2025/10"]
    assert (await small.roster()).at(other, NIGHT) == "CALL"


async def test_a_person_who_can_be_asked_is_asked_and_agrees(wire: Wire, small: SmallHouse) -> None:
    """The question names the block and how many people it concerns; a repeated publish asks nothing."""
    arguments = await staged(wire, small)
    person = Person("accept")

    done = await wire.call("publish", arguments, person=person)
    assert await small.live() == done["versions"]["2025/10"]
    assert len(person.questions) == 1
    assert person.questions[0].startswith("Publish block 2025/10 (stg-")

    again = await wire.call("publish", arguments, person=person)
    assert again["versions"] == done["versions"]
    assert len(person.questions) == 1


@pytest.mark.parametrize(
    "person",
    [Person("decline"), Person("cancel"), Person("accept", agree=False)],
    ids=["decline", "cancel", "unticked"],
)
async def test_without_agreement_nothing_is_published(wire: Wire, small: SmallHouse, person: Person) -> None:
    """It fails closed, whatever the digest says."""
    before = await small.live()
    refused = await wire.call("publish", await staged(wire, small), person=person)
    assert refused["code"] == "forbidden"
    assert await small.live() == before


async def test_a_client_that_cannot_ask_is_decided_by_role_and_digest(wire: Wire, small: SmallHouse) -> None:
    """Elicitation is not the only door: a wrong digest is stale, the right one goes through."""
    arguments = await staged(wire, small)
    assert (await wire.call("publish", {**arguments, "digest": "0" * 64}))["code"] == "stale"
    assert "versions" in await wire.call("publish", arguments)


async def test_drafts_are_discarded_and_findings_waived_by_decide(wire: Wire, small: SmallHouse) -> None:
    """Each kind needs its right: a resident discards nothing, a coordinator waives nothing."""
    draft = await small.draft(block_content(REF, first=1))
    for role, code in (("resident", "forbidden"), ("coordinator", None)):
        answer = await wire.call("decide", {"kind": "discard", "id": draft}, role=role)
        assert answer.get("code") == code
    window = {"start": "2026-03-12", "end": "2026-04-08"}
    report = await wire.call("validate_schedule", window)
    finding = next(f["id"] for f in report["findings"])
    waiver = {"kind": "waive", "id": finding, "reason": "agreed with the committee", "until": "2026-04-30"}
    assert (await wire.call("decide", waiver, role="coordinator"))["code"] == "forbidden"
    assert (await wire.call("decide", waiver))["state"] == "waived"
    again = await wire.call("validate_schedule", window)
    waived = next(f for f in again["findings"] if f["id"] == finding)["waived"]
    assert (waived["by"], waived["reason"], waived["until"]) == ("admin", "agreed with the committee", "2026-04-30")
    assert (await wire.call("decide", {**waiver, "until": "2026-01-01"}))["code"] == "invalid"


async def test_an_absence_that_was_asked_for_is_approved_by_who_may(wire: Wire) -> None:
    """A resident asks for their own; they cannot decide it; the coordinator can, once and again without effect, and cancel it."""
    asked = {"person": "pgy1-01", "start": "2026-03-17", "end": "2026-03-18"}
    absence = (await wire.call("record_absence", asked, role="resident"))["absence"]
    assert absence["status"] == "pending"
    decision = {"kind": "approve_absence", "id": absence["id"]}
    assert (await wire.call("decide", decision, role="resident"))["code"] == "forbidden"
    for _ in range(2):
        assert (await wire.call("decide", decision, role="coordinator"))["state"] == "approved"
    reject = {**decision, "kind": "reject"}
    assert (await wire.call("decide", reject, role="resident"))["code"] == "forbidden"
    for _ in range(2):
        assert (await wire.call("decide", reject, role="coordinator"))["state"] == "cancelled"
    refused = await wire.call("decide", decision, role="coordinator")
    assert (refused["code"], "record_absence" in refused["hint"]) == ("conflict", True)
    again = await wire.call("record_absence", asked, role="coordinator")
    assert (again["absence"]["id"], again["absence"]["status"]) == (absence["id"], "approved")


async def test_people_read_what_they_were_told_and_nobody_elses(wire: Wire, small: SmallHouse) -> None:
    """A publication stands on the list of everybody it concerns, without names, once the worker has told it."""
    await wire.call("publish", await staged(wire, small))
    await deliver_once(small.database, DeliverySettings())

    told = await wire.read(f"housestaff://{SLUG}/notices", role="faculty")
    assert [n["kind"] for n in told["notices"]] == ["schedule.published"]
    assert told["notices"][0]["text"].startswith("A new schedule was published for block 2025/10. ")
    nothing = await wire.read(f"housestaff://{SLUG}/notices", role="auditor")
    assert nothing["notices"] == []


async def test_a_question_and_its_refusal_stand_in_the_trail(wire: Wire, small: SmallHouse) -> None:
    """What was asked and not agreed to is on record; in the older protocol question and answer are one call."""
    await wire.call("publish", await staged(wire, small), person=Person("decline"))
    trail = await wire.read(f"housestaff://{SLUG}/audit")
    outcomes = [e["outcome"] for e in trail["entries"] if e["tool"] == "publish"]
    assert outcomes == (["forbidden", "asked"] if wire.era == "auto" else ["forbidden"])

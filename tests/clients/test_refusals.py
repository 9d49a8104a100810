"""Everything a client is refused over HTTP: with its code, and with nothing changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError

from auth.roles import Role
from auth.secret import TOKEN
from scheduling.model.calendar import days
from scheduling.model.lifecycle import Move
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.store.unit import UnitOfWork
from tests.clients.asking import refused, use
from tests.clients.standing import photograph, unchanged
from tests.clients.village import DEMO, Village, connected, context
from tests.server.sample import listening

pytestmark = pytest.mark.parametrize("whole", [pytest.param(DEMO, id="demo")])
NOW = dt.datetime.now(dt.UTC)
CLOSED_DOORS = (MCPError, httpx2.HTTPError, RuntimeError, ExceptionGroup)
one_era = pytest.mark.parametrize("era", ["auto"])
HALVES = (Part.AM, Part.PM)


@dataclass(frozen=True)
class Scene:
    """A server with an administrator at it, and the plan that lies ready."""

    village: Village
    url: str
    era: str
    admin: Client

    @property
    def window(self) -> Window:
        dates = sorted(dt.date.fromisoformat(s["slot"]["date"]) for s in self.village.plan["steps"])
        return Window(dates[0], dates[-1])

    @property
    def plan(self) -> dict[str, str]:
        return {"plan": self.village.plan["plan"], "digest": self.village.plan["digest"]}

    def unchanged(self) -> Any:
        return unchanged(self.admin, self.village.database, self.window)

    async def refused(self, code: str, tool: str, **arguments: object) -> dict[str, Any]:
        """The error of a call that has this code, a message and a hint, and left nothing but a row in the trail."""
        async with self.unchanged():
            error = await refused(self.admin, tool, **arguments)
        assert error["code"] == code, error
        assert error["message"]
        assert "hint" in error
        rows = await self.village.rows()
        assert ("admin", tool, code) in rows
        return error

    async def roster(self) -> Roster:
        return (await self.village.roster())[0]


@pytest.fixture
async def scene(village: Village, era: str) -> AsyncIterator[Scene]:
    async with listening(village) as url, connected(url, village.secret(Role.ADMIN), era) as admin:
        yield Scene(village, url, era, admin)


@asynccontextmanager
async def guest(scene: Scene, role: Role) -> AsyncIterator[Client]:
    async with connected(scene.url, scene.village.secret(role), scene.era) as client:
        yield client


def held(roster: Roster, code: str, window: Window) -> tuple[str, Slot]:
    """The first faculty member and half-day of the window with that activity."""
    slots = [Slot(date, part) for date in window for part in HALVES]
    return next((p, s) for s in slots for p in roster.holders(code, s) if roster.program.by_id[p].is_faculty)


def ahead(scene: Scene, roster: Roster) -> Window:
    """The rest of the block."""
    block = roster.program.calendar.block(scene.village.whole.block)
    return Window(scene.village.whole.today + days(1), block.end)


async def knock(url: str, secret: str | None, tool: str, arguments: dict[str, str]) -> httpx2.Response:
    headers = {"Accept": "application/json, text/event-stream"}
    if secret is not None:
        headers["Authorization"] = f"Bearer {secret}"
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": tool, "arguments": arguments}}
    async with httpx2.AsyncClient(timeout=10) as http:
        return await http.post(f"{url}/mcp", json=body, headers=headers)


async def test_without_a_token_that_counts_nobody_comes_in(village: Village) -> None:
    """None, an unknown one, one for another server, an expired one, a disabled account's: 401, and how to get one."""
    foreign = await village.token("admin", audience="https://other.example/mcp")
    expired = await village.token("admin", days=1, now=NOW - dt.timedelta(days=2))
    coordinator = village.issued["coordinator"]
    await village.run("update accounts set disabled_at = now() where id = 'coordinator'")
    plan = {"plan": village.plan["plan"], "digest": village.plan["digest"]}
    before = await photograph(village.database)
    async with listening(village) as url:
        for secret in (None, f"{TOKEN}unknown", foreign.secret, expired.secret, coordinator.secret):
            for tool, arguments in (("apply_plan", plan), ("find_people", {})):
                answer = await knock(url, secret, tool, arguments)
                assert answer.status_code == 401
                challenge = answer.headers["www-authenticate"]
                assert f'resource_metadata="{url}/.well-known/oauth-protected-resource/mcp"' in challenge
                assert "fac-" not in answer.text
    assert await photograph(village.database) == before


async def test_an_account_disabled_while_it_is_connected_is_refused_at_its_next_call(scene: Scene) -> None:
    """The plan it was about to apply stays as it was."""
    async with connected(scene.url, scene.village.secret(Role.AUDITOR), scene.era) as auditor:
        assert (await use(auditor, "get_schedule", block=str(scene.village.whole.block)))["slots"]
        await scene.village.run("update accounts set disabled_at = now() where id = 'auditor'")
        async with scene.unchanged():
            with pytest.raises(CLOSED_DOORS):
                await auditor.call_tool("apply_plan", scene.plan)


@pytest.mark.parametrize("role", [Role.RESIDENT, Role.COORDINATOR])
async def test_who_may_not_commit_is_forbidden_and_told_what_is_needed(scene: Scene, role: Role) -> None:
    """A resident never, a coordinator not without the program's grant; neither is shown the tool."""
    async with guest(scene, role) as client:
        assert "apply_plan" not in {t.name for t in (await client.list_tools()).tools}
        async with scene.unchanged():
            error = await refused(client, "apply_plan", **scene.plan)
    assert error["code"] == "forbidden"
    assert role.value in error["message"]
    assert ("schedule:commit" in str(error)) or ("admin" in str(error))
    assert (role.value, "apply_plan", "forbidden") in await scene.village.rows()


@one_era
async def test_another_digest_is_stale(scene: Scene) -> None:
    """A plan is applied by somebody who has seen it."""
    plan = scene.plan | {"digest": "0" * 64}
    error = await scene.refused("stale", "apply_plan", **plan)
    assert error["moved"] == {"digest": scene.plan["digest"]}
    assert "plan_cascade" in error["hint"]


@one_era
async def test_a_plan_is_stale_once_the_overlay_has_moved(scene: Scene) -> None:
    """By an override of anybody, anywhere; and stays so when that is taken back."""
    roster = await scene.roster()
    person, slot = held(roster, "GME", ahead(scene, roster))
    where = {"person": person, "date": slot.date.isoformat(), "part": slot.part.name}
    set_one = await use(scene.admin, "set_override", **where, type="cancellation", reason="meeting")
    error = await scene.refused("stale", "apply_plan", **scene.plan)
    assert error["moved"] == {"overlay": set_one["as_of"]["overlay"]}
    await use(scene.admin, "revert_override", override=set_one["override"]["id"])
    error = await scene.refused("stale", "apply_plan", **scene.plan)
    assert error["moved"] == {"overlay": set_one["as_of"]["overlay"] + 1}


@one_era
async def test_a_plan_is_stale_once_a_version_has_moved(scene: Scene) -> None:
    """It names the block and the version that is live now."""
    roster = await scene.roster()
    newer = await publish_another(scene.village, held(roster, "GME", ahead(scene, roster)))
    error = await scene.refused("stale", "apply_plan", **scene.plan)
    assert error["moved"] == {str(scene.village.whole.block): newer}


async def publish_another(village: Village, gone: tuple[str, Slot]) -> str:
    """Make a version live that lacks one assignment; its hash."""
    whole = village.whole
    async with UnitOfWork(village.database, context("publish", whole), today=whole.today) as unit:
        await unit.lock(whole.slug)
        program = await unit.program(whole.slug)
        live = (await unit.programs.state(whole.slug)).live[whole.block].hash
        old = (await unit.versions.load(whole.slug, [live]))[live]
        cells: list[Cell] = [c for c in old if (c.person, c.slot) != gone]
        version = await unit.versions.add(program, BlockSchedule.of(old.block, cells, old.rotations), origin="edit")
        await unit.versions.move(whole.slug, whole.block, expected=live, to=version.hash, why=Move.PUBLISH)
        return version.hash


async def test_the_same_key_answers_the_same_and_another_key_is_a_conflict(scene: Scene) -> None:
    """Applied once, whoever asks again: under its key the same answer, under any other, or none, a refusal."""
    once = await use(scene.admin, "apply_plan", **scene.plan, idempotency_key="k-1")
    async with scene.unchanged():
        again = await use(scene.admin, "apply_plan", **scene.plan, idempotency_key="k-1")
    assert again.pop("note")
    assert once["overrides"]
    assert [again[k] for k in ("overrides", "slots")] == [once[k] for k in ("overrides", "slots")]
    assert [again["as_of"][k] for k in ("versions", "overlay")] == [once["as_of"][k] for k in ("versions", "overlay")]
    for key in ({"idempotency_key": "k-2"}, {}):
        error = await scene.refused("conflict", "apply_plan", **scene.plan, **key)
        assert "applied" in error["message"]
    other = scene.plan | {"digest": "0" * 64}
    await scene.refused("conflict", "apply_plan", **other, idempotency_key="k-1")


@one_era
async def test_without_a_key_the_same_call_answers_the_same(scene: Scene) -> None:
    """The plan and its digest are key enough."""
    once = await use(scene.admin, "apply_plan", **scene.plan)
    async with scene.unchanged():
        again = await use(scene.admin, "apply_plan", **scene.plan)
    assert again["overrides"] == once["overrides"]
    await scene.refused("conflict", "apply_plan", **scene.plan, idempotency_key="k-1")


@one_era
async def test_a_second_override_needs_to_say_what_it_supersedes(scene: Scene) -> None:
    """The conflict names the first; with supersedes the second stands and the first does not."""
    roster = await scene.roster()
    person, slot = held(roster, "GME", ahead(scene, roster))
    where = {"person": person, "date": slot.date.isoformat(), "part": slot.part.name, "reason": "meeting"}
    first = (await use(scene.admin, "set_override", **where, type="cancellation"))["override"]["id"]
    error = await scene.refused("conflict", "set_override", **where, type="gap")
    assert error["with"] == first
    second = await use(scene.admin, "set_override", **where, type="gap", supersedes=first)
    assert second["supersedes"] == first
    await scene.refused("conflict", "set_override", **where, type="cancellation", supersedes=first)


async def test_what_the_domain_forbids_is_invalid(scene: Scene) -> None:
    """Adjuncts never take attending time, FMIT is never cancelled, nothing is written where there is no schedule."""
    roster = await scene.roster()
    rest = ahead(scene, roster)
    person, slot = held(roster, "AT", rest)
    adjunct = next(p.id for p in roster.program.people if p.is_adjunct)
    where = {"person": person, "date": slot.date.isoformat(), "part": slot.part.name, "reason": "sick"}
    error = await scene.refused("invalid", "set_override", **where, type="coverage", replacement=adjunct)
    assert error["field"] == "replacement"
    assert f"{adjunct} is an adjunct: never covers AT" in error["message"]

    attending, day = held(roster, "FMIT", rest)
    where = {"person": attending, "date": day.date.isoformat(), "part": day.part.name, "reason": "sick"}
    error = await scene.refused("invalid", "set_override", **where, type="cancellation")
    assert (error["field"], error["valid"]) == ("type", ["coverage", "gap"])

    for date in ("2024-03-01", "2031-03-01"):
        where = {"person": person, "date": date, "part": "AM", "reason": "sick"}
        error = await scene.refused("invalid", "set_override", **where, type="gap")
        assert error["field"] == "date"
        assert "the data runs from" in error["message"]


async def test_what_cannot_be_meant_is_invalid(scene: Scene) -> None:
    """An absence that ends before it starts, by date or by day part; a plan for one; a name no argument has."""
    dates = {"start": "2026-11-12", "end": "2026-11-10"}
    assert (await scene.refused("invalid", "record_absence", person="fac-05", **dates))["field"] == "end"
    parts = {"start": "2026-11-12", "end": "2026-11-12", "start_part": "PM", "end_part": "AM"}
    assert (await scene.refused("invalid", "record_absence", person="fac-05", **parts))["field"] == "end"
    assert (await scene.refused("invalid", "plan_cascade", person="fac-05", reason="sick", **dates))["field"] == "end"
    dates = {"start": "2026-11-10", "end": "2026-11-12"}
    error = await scene.refused("invalid", "record_absence", person="fac-05", **dates, until="2026-11-12")
    assert error["field"] == "until"
    assert {"start", "end"} <= set(error["valid"])


@one_era
async def test_an_unknown_person_is_not_found_and_the_nearest_are_named(scene: Scene) -> None:
    """In whichever argument."""
    dates = {"start": "2026-11-10", "end": "2026-11-12"}
    roster = await scene.roster()
    person, slot = held(roster, "AT", ahead(scene, roster))
    where = {"date": slot.date.isoformat(), "part": slot.part.name, "reason": "sick", "type": "coverage"}
    calls: list[tuple[str, dict[str, object]]] = [
        ("plan_cascade", {"person": "fac-5", "reason": "sick", **dates}),
        ("record_absence", {"person": "fac-5", **dates}),
        ("set_override", {"person": person, "replacement": "fac-5", **where}),
        ("set_override", {"person": "fac-5", "replacement": person, **where}),
        ("get_schedule", {"people": ["fac-5"], **dates}),
    ]
    for tool, arguments in calls:
        error = await scene.refused("not_found", tool, **arguments)
        assert "fac-05" in error["nearest"]
        assert "fac-5 is not known" in error["message"]

"""The main job as a client does it: list, validate, plan, apply, look, revert; on HTTP and stdio, in both eras."""

from __future__ import annotations

import json
from typing import Any

from mcp.client.client import Client
from mcp_types import TextResourceContents

from auth.roles import Role
from scheduling.model.calendar import Block, days, next_weekday
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.roster import Roster
from tests.clients.village import Village

WEEK = 7


async def use(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert result.structured_content is not None
    assert not result.is_error, result.structured_content
    return dict(result.structured_content)


async def refused(client: Client, tool: str, **arguments: object) -> dict[str, Any]:
    result = await client.call_tool(tool, arguments)
    assert result.is_error, result.structured_content
    assert result.structured_content is not None
    return dict(result.structured_content)


async def every_slot(client: Client, window: Window) -> tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]:
    """All pages of a window: slots, totals, version hashes."""
    asked = {"start": window.start.isoformat(), "end": window.end.isoformat(), "detail": "detailed"}
    page = await use(client, "get_schedule", **asked)
    slots = list(page["slots"])
    while cursor := page.get("cursor"):
        page = await use(client, "get_schedule", **asked, cursor=cursor)
        slots += page["slots"]
    return slots, page["totals"], page["as_of"]["versions"]


async def read(client: Client, uri: str) -> dict[str, Any]:
    [content] = (await client.read_resource(uri)).contents
    assert isinstance(content, TextResourceContents)
    found = json.loads(content.text)
    assert isinstance(found, dict)
    return found


def busiest(roster: Roster, block: Block) -> tuple[str, Window]:
    """A faculty member and the week in which they hold a call, inpatient days and clinic or admin time."""
    best: tuple[int, int, str, Window] | None = None
    for person in (p for p in roster.program.people if p.takes_call):
        start = next_weekday(block.start, 1)
        while start + days(WEEK - 1) <= block.end:
            window = Window(start, start + days(WEEK - 1))
            held = [roster.at(person.id, Slot(d, s)) for d in window for s in PARTS]
            kinds = {roster.catalogue[c].category for c in held if c}
            calls = sum(1 for d in window if roster.at(person.id, Slot(d, Part.NIGHT)) == "CALL")
            rank = (len(kinds), calls, person.id, window)
            if best is None or rank[:2] > best[:2]:
                best = rank
            start += days(WEEK)
    assert best is not None
    return best[2], best[3]


async def test_an_absence_is_planned_applied_seen_and_taken_back(village: Village, transport: str, era: str) -> None:
    """The plan's covers stand on their days; after the revert slots, totals and version hashes are those of before."""
    whole = village.whole
    roster, block = await village.roster()
    person, window = busiest(roster, block)
    dates = {"start": window.start.isoformat(), "end": window.end.isoformat()}
    async with village.over(transport, Role.ADMIN, era) as client:
        listed = {t.name for t in (await client.list_tools()).tools}
        assert {"find_people", "get_schedule", "validate_schedule", "plan_cascade", "apply_plan"} <= listed
        report = await use(client, "validate_schedule", block=str(whole.block))
        assert report["checked"]["people"] > 0
        wide = Window(window.start, window.end + days(1))
        before = await every_slot(client, wide)
        planned = await use(client, "plan_cascade", person=person, reason="sick", **dates)
        plan = planned["plans"][0]
        assert plan["proof"] in {"optimal", "bound"}
        assert await every_slot(client, wide) == before
        applied = await use(client, "apply_plan", plan=plan["plan"], digest=plan["digest"])
        assert applied["overrides"]
        during = await every_slot(client, wide)
        stated = [s for s in during[0] if s["state"] != "base"]
        assert stated
        covers = [s for s in stated if s["state"] == "covered"]
        assert all(s["base_person"] != s["person"] for s in covers)
        for slot in [*covers[:2], *[s for s in stated if s["state"] == "gap"][:2]]:
            seen = json.dumps(await read(client, f"housestaff://{whole.slug}/day/{slot['date']}"))
            assert (slot["person"] or slot["base_person"]) in seen
        reverted = await use(client, "revert_override", plan=plan["plan"])
        assert reverted["reverted"]
        assert await every_slot(client, wide) == before


async def test_a_coordinator_plans_and_may_not_apply(village: Village, era: str) -> None:
    """Without the program's grant the coordinator's plan is refused at the commit, and nothing has changed."""
    roster, block = await village.roster()
    person, window = busiest(roster, block)
    async with village.over_http(Role.COORDINATOR, era) as client:
        dates = {"start": window.start.isoformat(), "end": window.end.isoformat()}
        plan = (await use(client, "plan_cascade", person=person, reason="sick", **dates))["plans"][0]
        before = await every_slot(client, window)
        error = await refused(client, "apply_plan", plan=plan["plan"], digest=plan["digest"])
        assert error["code"] == "forbidden"
        assert await every_slot(client, window) == before

"""The main job as a client does it: list, validate, plan, apply, look, revert; on HTTP and stdio, in both eras."""

from __future__ import annotations

import json

from auth.roles import Role
from scheduling.model.calendar import days
from scheduling.model.part import Window
from tests.clients.asking import every_slot, read, refused, use
from tests.clients.village import Village, busiest


async def test_an_absence_is_planned_applied_seen_and_taken_back(village: Village, transport: str, era: str) -> None:
    """The plan's covers stand on their days; after the revert slots, totals and version hashes are those of before."""
    whole = village.whole
    roster, block = await village.roster()
    person, window = busiest(roster, block, whole.today)
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
    person, window = busiest(roster, block, village.whole.today)
    async with village.over_http(Role.COORDINATOR, era) as client:
        dates = {"start": window.start.isoformat(), "end": window.end.isoformat()}
        plan = (await use(client, "plan_cascade", person=person, reason="sick", **dates))["plans"][0]
        before = await every_slot(client, window)
        error = await refused(client, "apply_plan", plan=plan["plan"], digest=plan["digest"])
        assert error["code"] == "forbidden"
        assert await every_slot(client, window) == before

"""The rules of a whole program, examined by a client in both eras."""

from __future__ import annotations

import json

from auth.roles import Role
from tests.clients.asking import refused, use
from tests.clients.village import DEMO, Village

CUT = json.dumps({"rooms": {"soft": 0, "hard": 0}})


async def test_a_whole_program_is_examined_and_so_is_a_draft(village: Village, era: str) -> None:
    """No contradiction among the hard rules in force; a draft without rooms has one in every form, with people and dates."""
    block = str(village.whole.block)
    async with village.over_http(Role.COORDINATOR, era) as client:
        found = await use(client, "check_rules", block=block, detail="detailed")
        assert (found["feasible"], found["core"], found["block"]) == (True, [], block)
        assert found["complete"]
        assert not [c for c in found["conflicts"] if c["kind"] != "demand"]
        assert found["profile"]
        assert found["dependencies"]
        if village.whole is DEMO:
            assert found["conflicts"] == []
        drafted = await use(client, "check_rules", block=block, draft_policy=CUT, detail="detailed")
        told = [c for c in drafted["conflicts"] if "prog.rooms" in c["rules"]]
        assert told
        assert all(c["verified"] for c in drafted["conflicts"])
        assert all(d["message"] and d["dates"] for c in told for d in c["conditions"] if d["rule"] == "prog.rooms")
        assert any("prog.rooms" in w["rules"] for w in drafted["warnings"])


async def test_who_may_only_read_examines_what_is_in_force(village: Village, era: str) -> None:
    """A draft is a proposal, and nothing of it is repeated where it is malformed."""
    block = str(village.whole.block)
    async with village.over_http(Role.RESIDENT, era) as client:
        assert (await use(client, "check_rules", block=block))["feasible"] is True
        error = await refused(client, "check_rules", block=block, draft_policy=CUT)
        assert error["code"] == "forbidden"
    async with village.over_http(Role.COORDINATOR, era) as client:
        error = await refused(client, "check_rules", draft_policy="SECRET")
        assert (error["code"], error["field"]) == ("invalid", "draft_policy")
        assert "SECRET" not in json.dumps(error)

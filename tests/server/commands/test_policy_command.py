"""A draft policy is examined at a terminal before anybody adopts it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

from scheduling.store.database import Database
from tests.program_sample import settle

Cli = Callable[..., Awaitable[tuple[int, str, str]]]


async def test_a_part_of_a_policy_is_examined_on_a_block(cli: Cli, database: Database, tmp_path: Path) -> None:
    """Contradictions and warnings as rows; whether the hard rules hold together and how long a solve takes beside them."""
    await settle(database)
    draft = tmp_path / "draft.toml"
    draft.write_text("[rooms]\nsoft = 0\nhard = 0\n", "utf-8")
    code, out, err = await cli("policy", "check", draft, "--examine", "--block", "2026/5", "--json")
    rows = json.loads(out)
    assert code == 0
    assert any(r["kind"] == "demand" and "prog.rooms" in r["rules"] for r in rows)
    assert any(r["kind"] == "capacity" for r in rows)
    assert "block 2026/5: its hard rules" in err


async def test_a_part_of_a_policy_is_checked_and_adopted(cli: Cli, database: Database, tmp_path: Path) -> None:
    """TOML or JSON, one figure or everything `policy show` prints: what is not said stays as it is in force."""
    await settle(database)
    draft = tmp_path / "draft.toml"
    draft.write_text('name = "tight"\n[rooms]\nsoft = 5\n', "utf-8")
    _, out, _ = await cli("policy", "check", draft, "--json")
    assert {r["figure"]: r["new"] for r in json.loads(out)} == {"name": '"tight"', "rooms.soft": "5"}
    code, _, err = await cli("policy", "adopt", draft, "--from", "2026-12-01")
    assert (code, err) == (0, "")
    draft.write_text('{"rooms": {"hard": 7}}', "utf-8")
    assert (await cli("policy", "adopt", draft, "--from", "2026-12-02"))[0] == 0
    shown = json.loads((await cli("policy", "show", "--json"))[1])
    whole = shown["policy"]
    whole["rooms"]["hard"] = 7
    draft.write_text(json.dumps(whole), "utf-8")
    _, out, _ = await cli("policy", "check", draft, "--json")
    assert json.loads(out) == [{"figure": "rooms.hard", "old": "8", "new": "7"}]
    _, out, _ = await cli("policy", "adopt", draft, "--from", "2026-12-02", "--json")
    changed = {r["figure"]: (r["old"], r["new"]) for r in json.loads(out)}
    assert changed["rooms.soft"] == ("5", "6"), "laid over what is in force on that date"
    assert "rooms.hard" not in changed


async def test_a_malformed_policy_is_refused_by_key(cli: Cli, database: Database, tmp_path: Path) -> None:
    """As check_rules refuses it; a block means nothing without examining."""
    await settle(database)
    draft = tmp_path / "draft.toml"
    draft.write_text("[rooms]\nsofter = 5\n", "utf-8")
    for command in (("check", draft), ("adopt", draft, "--from", "2026-12-01")):
        code, out, err = await cli("policy", *command)
        assert (code, out) == (1, "")
        assert "policy.rooms.?" in err
        assert "soft, hard" in err
    draft.write_text("[rooms]\nsoft = 5\n", "utf-8")
    code, _, err = await cli("policy", "check", draft, "--block", "2026/5")
    assert code == 1
    assert "--examine" in err

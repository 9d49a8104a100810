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


async def test_without_examining_a_policy_must_be_whole(cli: Cli, database: Database, tmp_path: Path) -> None:
    """Only a whole one can be adopted; a block means nothing to it."""
    await settle(database)
    draft = tmp_path / "draft.toml"
    draft.write_text("[rooms]\nsoft = 0\nhard = 0\n", "utf-8")
    code, out, _ = await cli("policy", "check", draft)
    assert (code, out) == (1, "")
    code, _, err = await cli("policy", "check", draft, "--block", "2026/5")
    assert code == 1
    assert "--examine" in err

"""Solving at the terminal, where no server and no worker runs."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable

from scheduling.store.database import Database
from server.solve_view import gap_curve
from tests.run_house import SLUG, settle_runs

Cli = Callable[..., Awaitable[tuple[int, str, str]]]


async def test_a_block_is_solved_by_a_worker_of_its_own(cli: Cli, database: Database) -> None:
    """Nobody else is there, so one is started for as long as it takes; the same request then is the same run."""
    house = await settle_runs(database, 6)
    code, out, _ = await cli("solve", "2026/5", "--json")
    run = json.loads(out)
    assert (code, run["state"], run["blocks"]) == (0, "succeeded", ["2026/5"])
    code, out, err = await cli("solve", "2026/5")
    assert code == 0
    assert "succeeded: block 2026/5" in out
    assert "safety: nothing is broken" in out
    assert run["result_versions"][0] in out
    assert "stage_publish" in err
    async with house.unit() as unit:
        assert [r.id for r in await unit.runs.listed(SLUG)] == [run["run"]]


async def test_what_cannot_be_asked_is_said_in_a_line(cli: Cli, database: Database) -> None:
    """Before anything is queued."""
    await settle_runs(database, 2)
    for wrong, said in (("next", "a block or a year"), ("2026/99", "2026/99"), ("2026/5", "effort")):
        arguments = ["--effort", "9999"] if said == "effort" else []
        code, out, err = await cli("solve", wrong, *arguments)
        assert (code, out) == (1, "")
        assert said in err
        assert err.count("\n") == 1


def test_the_gap_curve_falls_to_the_ground() -> None:
    """Nothing known, everything to gain, a percent, proved."""
    curve = [(0.0, "safety", None, 0), (0.1, "safety", 100, 0), (0.2, "safety", 100, 99), (0.3, "safety", 100, 100)]
    drawn = gap_curve(curve)
    assert drawn[0] == "·"
    assert drawn[1] == "█"
    assert drawn[1] > drawn[2] > drawn[3] == "▁"

"""A block's release as a client does it: solved, staged, published, overridden, solved again, published, rolled back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import anyio
from mcp.client.client import Client

from auth.roles import Role
from scheduling.model.calendar import days
from scheduling.model.part import Window
from server.worker import Worker
from tests.clients.asking import every_slot, use
from tests.clients.village import Village

PATIENCE = 120


@asynccontextmanager
async def at_work(village: Village) -> AsyncIterator[None]:
    """A worker beside the server."""
    leave = anyio.Event()
    async with anyio.create_task_group() as group:
        group.start_soon(Worker(village.database, village.settings).run, leave)
        try:
            yield
        finally:
            leave.set()


async def to_come(village: Village) -> tuple[str, Window]:
    """The program's block, or the one after it where it has begun: what is past is closed to ordinary commits."""
    roster, block = await village.roster()
    if block.start <= village.whole.today:
        block = roster.program.calendar.block_of(block.end + days(1))
    return str(block.ref), block.window


async def solved(client: Client, block: str, seed: int) -> str:
    """The version a run of the block ends with; every tier of it is proved."""
    run = await use(client, "solve_schedule", block=block, seed=seed)
    with anyio.fail_after(PATIENCE):
        while run["state"] in {"queued", "running"}:
            await anyio.sleep(0.5)
            run = await use(client, "get_run", run=run["run"])
    assert run["state"] == "succeeded", run
    assert run["status"] == "optimal"
    assert all(tier["proved"] for tier in run["tiers"])
    [version] = run["result_versions"]
    return str(version)


async def staged(client: Client, version: str) -> dict[str, Any]:
    stage = await use(client, "stage_publish", versions=[version])
    assert stage["guard"] in {"pass", "warn"}, stage["causes"]
    assert not [flag for flag in stage["flags"] if flag["blocking"]]
    return stage


async def published(client: Client, stage: dict[str, Any]) -> dict[str, Any]:
    flags = [flag["id"] for flag in stage["flags"]]
    return await use(client, "publish", stage=stage["stage"], digest=stage["digest"], acknowledge=flags)


async def attending(client: Client, window: Window, *but: str) -> dict[str, Any]:
    """Somebody of the faculty, other than these, who supervises clinic in the window."""
    for date in window:
        page = await use(client, "get_schedule", start=str(date), end=str(date), activities=["AT"])
        for slot in page["slots"]:
            if slot["person"].startswith("fac-") and slot["person"] not in but:
                return {name: slot[name] for name in ("person", "date", "part")}
    raise AssertionError("no attending has clinic to supervise")


async def test_a_block_is_released_overridden_released_again_and_rolled_back(village: Village, era: str) -> None:
    """The override is kept by the second release; the rollback restores hash and slots of the first, override and all."""
    block, window = await to_come(village)
    async with at_work(village), village.over_http(Role.ADMIN, era) as client:
        before = (await use(client, "get_schedule", block=block))["as_of"]["versions"]
        first = await published(client, await staged(client, await solved(client, block, 1)))
        assert first["previous"] == before

        gap = await attending(client, Window(window.start + days(3), window.end))
        await use(client, "set_override", **gap, type="gap", reason="sick")
        shown = await every_slot(client, window)
        assert [s for s in shown[0] if s["state"] == "gap" and s["date"] == gap["date"] and s["part"] == gap["part"]]
        away = await attending(client, Window(window.end - days(14), window.end), gap["person"])
        dates = {"start": away["date"], "end": away["date"]}
        await use(client, "record_absence", person=away["person"], type="sick", **dates)

        stage = await staged(client, await solved(client, block, 2))
        kept = {(o["person"], o["date"], o["part"]) for o in stage["overrides"]["kept"]}
        assert (gap["person"], gap["date"], gap["part"]) in kept
        assert not stage["overrides"]["conflict"]
        second = await published(client, stage)
        assert second["previous"] == first["versions"]

        restored = await use(client, "rollback", version=second["versions"][block], reason="as it was")
        assert restored["versions"] == first["versions"]
        assert await every_slot(client, window) == shown

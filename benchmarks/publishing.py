"""Publishing: how long staging, publishing and rolling back one block take over HTTP, by size of program.

Each round edits 40 half-days of a block by hand and takes the draft the whole way as an MCP client does. The database is a
new embedded one with its safe settings; server and client share this process.
"""

from __future__ import annotations

import datetime as dt
import logging
import random
import socket
import statistics
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import anyio
import httpx2
import uvicorn
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client

from auth import accounts, tokens
from auth.roles import Role
from scheduling.model.part import Part, Slot
from scheduling.services.demonstration.build_demo import create_demo, demo_slug
from scheduling.services.draft import Put, edit_draft
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database, open_database
from scheduling.store.unit import UnitOfWork
from server.app import House
from server.settings import read_settings

ROUNDS = 15
EDITS = 40
BLOCK = "2026/7"
BUDGETS = {"usual": {"stage": 300, "publish": 150}, "large": {"stage": 800, "publish": 400}}


def unit_of(database: Database, slug: str) -> UnitOfWork:
    """A unit of work of the bench."""
    return UnitOfWork(database, AuditContext("bench", "bench", "bench", "", slug, dt.datetime.now(dt.UTC)))


async def drafted(database: Database, slug: str, chance: random.Random) -> str:
    """A draft that differs from the live version in `EDITS` half-days."""
    async with unit_of(database, slug) as unit:
        program = await unit.program(slug)
        roster = await unit.roster(slug, program.calendar.block_of(dt.date(2026, 12, 20)).window, margin=0)
        cells = [
            (p, s) for p, s, code in roster.filled() if code in ("GME", "DFM", "C", "ELEC") and s.part < Part.NIGHT
        ]
    edits = [Put(p, Slot(s.date, s.part), chance.choice(["ADM", "FLX"])) for p, s in chance.sample(cells, EDITS)]
    async with unit_of(database, slug) as unit:
        return (await edit_draft(unit, slug, BLOCK, edits)).hash


async def measure(database: Database, client: Client, slug: str) -> dict[str, list[float]]:
    """Milliseconds of every step, round by round."""
    chance = random.Random(1)
    spent: dict[str, list[float]] = defaultdict(list)

    async def call(step: str, tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        began = time.perf_counter()
        answer = await client.call_tool(tool, {"program": slug, **arguments})
        spent[step].append((time.perf_counter() - began) * 1000)
        facts = answer.structured_content
        assert isinstance(facts, dict)
        if "code" in facts:
            raise RuntimeError(f"{tool}: {facts['code']} {facts['message']}")
        return facts

    for _ in range(ROUNDS):
        version = await drafted(database, slug, chance)
        stage = await call("stage", "stage_publish", {"versions": [version]})
        flags = [f["id"] for f in stage["flags"] if f["settled_by"] == "acknowledge"]
        arguments = {"stage": stage["stage"], "digest": stage["digest"], "acknowledge": flags}
        await call("publish", "publish", arguments)
        await call("rollback", "rollback", {"version": version, "reason": "bench"})
    return spent


async def bench(database: Database, size: str, url: str, secret: str) -> None:
    """Print one line for each step of one size."""
    slug = demo_slug(size, 0)
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode="auto") as client,
    ):
        spent = await measure(database, client, slug)
    for step, times in spent.items():
        budget = BUDGETS[size].get(step)
        worst = sorted(times)[int(len(times) * 0.95)]
        limit = f"budget {budget} ms" if budget else ""
        print(f"{size:6} {step:9} p50 {statistics.median(times):6.0f} ms   p95 {worst:6.0f} ms   {limit}")


async def main() -> None:
    """Both sizes on one server."""
    with socket.socket() as found, tempfile.TemporaryDirectory(prefix="hs-") as home:
        found.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{found.getsockname()[1]}"
        async with open_database(home=Path(home)) as database:
            for size in BUDGETS:
                async with unit_of(database, demo_slug(size, 0)) as unit:
                    await create_demo(unit, size)
            async with database.session() as session:
                await accounts.add(session, "bench", Role.ADMIN, "*")
                issued = await tokens.issue(session, "bench", now=dt.datetime.now(dt.UTC))
                await session.commit()
            settings = read_settings({"HOUSESTAFF_PORT": url.rsplit(":", 1)[1]})
            server = uvicorn.Server(uvicorn.Config(House(database, settings).http(), log_config=None, access_log=False))
            found.listen(64)
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(lambda: server.serve(sockets=[found]))
                await anyio.sleep(1)
                for size in BUDGETS:
                    await bench(database, size, url, issued.secret)
                server.should_exit = True


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    anyio.run(main)

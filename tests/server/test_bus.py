from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp.shared.subscriptions import ResourceUpdated

from scheduling.store.database import Database
from scheduling.store.listen import Listener
from server.bus import ResourceBus
from tests.scheduling.services.publishing.small_house import NIGHT, SLUG, SmallHouse
from tests.server.publishing_town import RealTown, settle_town
from tests.server.sample import free_port, listening, settings_for


@pytest.fixture
async def small(database: Database) -> SmallHouse:
    house = SmallHouse(database)
    await house.build()
    return house


@pytest.fixture
async def town(small: SmallHouse) -> RealTown:
    return await settle_town(small)


@pytest.fixture
async def replicas(town: RealTown) -> AsyncIterator[tuple[str, str]]:
    """Two servers on one database."""
    other = replace(town, settings=settings_for(free_port()))
    async with listening(town) as first, listening(other) as second:
        yield first, second


async def happens(small: SmallHouse, key: str) -> None:
    async with small.unit() as unit:
        await unit.lock(SLUG)
        payload = {"override": "ovr-1", "person": "fac-01", "date": NIGHT.date.isoformat(), "part": "NIGHT"}
        unit.emit("override.set", payload, key, program=SLUG)


async def test_a_change_is_announced_on_every_replica(
    small: SmallHouse, town: RealTown, replicas: tuple[str, str]
) -> None:
    """Whoever watches the day, on whichever server, is told to read it again; other days are not spoken of."""
    day = f"housestaff://{SLUG}/day/{NIGHT.date}"
    heard: dict[str, str] = {}

    async def watch(url: str, ready: anyio.Event) -> None:
        headers = {"Authorization": f"Bearer {town.issued['admin'].secret}"}
        async with (
            httpx2.AsyncClient(headers=headers, timeout=20) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode="auto") as client,
            client.listen(resource_subscriptions=[day, f"housestaff://{SLUG}/day/2026-03-20"]) as heard_here,
        ):
            ready.set()
            async for event in heard_here:
                assert isinstance(event, ResourceUpdated)
                heard[url] = event.uri
                return

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            waits = [anyio.Event() for _ in replicas]
            for url, ready in zip(replicas, waits, strict=True):
                tasks.start_soon(watch, url, ready)
            for ready in waits:
                await ready.wait()
            await happens(small, "k1")

    assert heard == dict.fromkeys(replicas, day)


async def test_what_happens_before_a_replica_listens_is_announced_too(
    small: SmallHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Subscriptions are taken before the connection that hears of events is open: nothing falls in between."""
    listen, begun, go = Listener._listen, anyio.Event(), anyio.Event()

    async def late(self: Listener) -> None:
        begun.set()
        await go.wait()
        await listen(self)

    monkeypatch.setattr(Listener, "_listen", late)
    bus, told = ResourceBus(small.database), anyio.Event()
    day = f"housestaff://{SLUG}/day/{NIGHT.date}"
    bus.subscribe(lambda event: told.set() if getattr(event, "uri", "") == day else None)
    with anyio.fail_after(60):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(bus.run)
            await begun.wait()
            await happens(small, "early")
            go.set()
            await told.wait()
            tasks.cancel_scope.cancel()
    assert told.is_set()


async def test_nobody_watches_what_they_may_not_read(town: RealTown, replicas: tuple[str, str]) -> None:
    """A resident cannot watch the audit trail."""
    headers = {"Authorization": f"Bearer {town.issued['resident'].secret}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=20) as http,
        Client(streamable_http_client(f"{replicas[0]}/mcp", http_client=http), mode="auto") as client,
    ):
        with pytest.raises((MCPError, ExceptionGroup)):
            async with client.listen(resource_subscriptions=[f"housestaff://{SLUG}/audit"]):
                pass

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from starlette.applications import Starlette

from server import background
from server.background import beside
from server.commands.serve import server_of


async def test_a_task_that_fails_is_begun_again_and_costs_nobody_else_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The block and the other tasks go on while one fails twice; in the end all are where they would have been."""
    monkeypatch.setattr(background, "AGAIN", 0.01)
    tries: list[int] = []
    arrived, other = anyio.Event(), anyio.Event()

    async def stumbling() -> None:
        tries.append(len(tries))
        if len(tries) < 3:
            raise RuntimeError("stumbled")
        arrived.set()
        await anyio.sleep_forever()

    async def steady() -> None:
        await arrived.wait()
        other.set()

    with anyio.fail_after(10):
        async with beside(stumbling, steady):
            await other.wait()
    assert tries == [0, 1, 2]


async def test_a_task_that_is_done_is_not_begun_again() -> None:
    """What a server only does once stays done."""
    runs: list[int] = []

    async def once() -> None:
        runs.append(1)

    async with beside(once):
        await anyio.sleep(0.05)
    assert runs == [1]


async def test_a_server_whose_application_breaks_ends_and_does_not_go_on_answering_errors() -> None:
    """Nothing restarts a process that runs: one whose lifespan is over must not."""
    breaks = anyio.Event()

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(fail)
            yield

    async def fail() -> None:
        await breaks.wait()
        raise RuntimeError("broken")

    server = server_of(Starlette(lifespan=lifespan))
    with socket.create_server(("127.0.0.1", 0)) as listener, anyio.fail_after(20):
        async with anyio.create_task_group() as tasks, httpx2.AsyncClient() as client:
            tasks.start_soon(server.serve, [listener])
            answer = await client.get(f"http://127.0.0.1:{listener.getsockname()[1]}/")
            assert answer.status_code == 404
            breaks.set()

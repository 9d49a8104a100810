from __future__ import annotations

import random
from pathlib import Path

import anyio
import asyncpg
import pytest
from sqlalchemy import text

from scheduling.store import listen
from scheduling.store.database import Database, open_database
from scheduling.store.listen import Listener
from tests.faults.test_database_kills import end_server

CHANNEL = "test_listen"
MANY = 30


async def announced(database: Database, said: str) -> None:
    async with database.session() as session:
        await session.execute(text("select pg_notify(:c, :s)"), {"c": CHANNEL, "s": said})
        await session.commit()


async def test_who_listens_hears_of_every_new_connection_and_then_what_is_said(database: Database) -> None:
    """The empty call says "look for yourself"; announcements follow in their order."""
    send, heard = anyio.create_memory_object_stream[str](10)
    async with send, heard, anyio.create_task_group() as tasks:
        tasks.start_soon(Listener(database, CHANNEL, send.send_nowait).run)
        with anyio.fail_after(20):
            assert await heard.receive() == ""
            await announced(database, "1")
            await announced(database, "2")
            assert [await heard.receive(), await heard.receive()] == ["1", "2"]
        tasks.cancel_scope.cancel()


async def test_no_failure_of_a_connection_ends_the_listening(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither what drivers raise when a server dies on them nor what nobody expects."""
    monkeypatch.setattr(listen, "RECONNECT", 0.01)
    failures: list[Exception] = [asyncpg.InternalClientError("cannot switch"), RuntimeError("unheard of"), OSError()]
    connect = asyncpg.connect

    async def stumbling(dsn: str) -> asyncpg.Connection:
        if failures:
            raise failures.pop()
        return await connect(dsn)

    monkeypatch.setattr(asyncpg, "connect", stumbling)
    heard = anyio.Event()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Listener(database, CHANNEL, lambda _: heard.set()).run)
        with anyio.fail_after(20):
            await heard.wait()
        tasks.cancel_scope.cancel()


async def test_listeners_outlive_a_server_that_dies_at_any_moment(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed again and again, also while connections are being opened: in the end everybody hears what is said."""
    monkeypatch.setattr(listen, "RECONNECT", 0.05)
    chance = random.Random(4)
    heard: list[list[str]] = [[] for _ in range(MANY)]
    async with open_database(home=home) as database, anyio.create_task_group() as tasks:
        for each in heard:
            tasks.start_soon(Listener(database, CHANNEL, each.append).run)
        for _ in range(12):
            await anyio.sleep(chance.uniform(0, 0.3))
            end_server(home)
            async with database.session() as session:
                await session.execute(text("select 1"))
        with anyio.fail_after(60):
            while not all("now" in each for each in heard):
                await announced(database, "now")
                await anyio.sleep(0.1)
        tasks.cancel_scope.cancel()

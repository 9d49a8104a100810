from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import anyio
import psutil
import pytest

from auth.run_shapes import note_of
from scheduling.model.run import RunState, StoredRun
from scheduling.services.solve import stop_run
from scheduling.store.database import Database, open_database
from scheduling.store.embedded import EmbeddedServer
from tests.faults.test_database_kills import end_server, lives
from tests.run_house import SHORT, SLUG, YEAR, RunHouse, settle_runs, settle_short_handed

PICKED_UP = 30.0
"""Seconds within which the run of a killed worker must be another's."""

PATIENCE = 120.0


@pytest.fixture
async def house(home: Path) -> AsyncIterator[RunHouse]:
    """A program on an embedded server of its own, durable as in service."""
    async with open_database(home=home) as database:
        yield await settle_short_handed(database)


@contextlib.contextmanager
def process(home: Path, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A command of the product, as an operator starts it; killed at the end."""
    with (home / f"{arguments[0]}.log").open("ab") as log:
        started = subprocess.Popen(
            [sys.executable, "-P", "-m", "server", *arguments],
            env={**os.environ, "HOUSESTAFF_HOME": str(home), "HOUSESTAFF_LOG_FORMAT": "json"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
        )
    try:
        yield started
    finally:
        with contextlib.suppress(ProcessLookupError):
            started.send_signal(signal.SIGCONT)
            started.kill()
        started.wait(timeout=30)


def worker(home: Path) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    return process(home, "worker")


async def wait_until(holds: Callable[[], Awaitable[bool]], seconds: float) -> None:
    with anyio.fail_after(seconds):
        while True:
            if await holds():
                return
            await anyio.sleep(0.05)


async def until(house: RunHouse, run: str, *states: RunState, searching: bool = False, above: int = 0) -> StoredRun:
    """The run once it is in one of these states, has a schedule if asked, under a lease above that one."""

    async def holds() -> bool:
        found = await house.run(run)
        ready = not searching or found.progress.get("incumbent") is not None
        return found.state in states and ready and found.lease > above

    await wait_until(holds, PATIENCE)
    return await house.run(run)


async def drafts(house: RunHouse) -> list[str]:
    async with house.unit() as unit:
        return sorted(v.hash for v in await unit.versions.listed(SLUG))


async def kept_whole(house: RunHouse, run: StoredRun) -> None:
    """Every version of the run is there, says what its hash says, and there is no version beside them."""
    assert run.result is not None
    async with house.unit() as unit:
        contents = await unit.versions.load(SLUG, run.versions)
        for version, content in contents.items():
            assert await unit.versions.count_cells(SLUG, version) == len(list(content))
    assert await drafts(house) == sorted(set(run.versions))


@pytest.mark.slow  # waits out leases: a minute of wall clock, run by make faults
async def test_a_killed_worker_is_replaced_and_its_run_ends_once(house: RunHouse, home: Path) -> None:
    """Killed in the middle of a search, the run is another worker's within half a minute, and ends with one result."""
    with worker(home) as first:
        run = await house.ask(YEAR)
        before = await until(house, run.id, RunState.RUNNING, searching=True)
        first.kill()
        killed = time.monotonic()
        with worker(home):
            found = await until(house, run.id, RunState.RUNNING, above=before.lease)
            assert time.monotonic() - killed < PICKED_UP
            assert found.tries == 2
            await until(house, run.id, RunState.RUNNING, searching=True)
            stopped = await stop_run(house.unit, SLUG, run.id, patience=PATIENCE)
    assert stopped.state is RunState.CANCELLED
    await kept_whole(house, stopped)


async def test_a_search_outlives_a_kill_of_the_database(house: RunHouse, home: Path) -> None:
    """PostgreSQL is killed in the middle of a search: the worker goes on, and its result is written when it can be."""
    with worker(home) as alive:
        run = await house.ask(YEAR)
        before = await until(house, run.id, RunState.RUNNING, searching=True)
        end_server(home)
        after = await until(house, run.id, RunState.RUNNING)
        assert (after.lease, after.tries) == (before.lease, before.tries)
        stopped = await stop_run(house.unit, SLUG, run.id, patience=PATIENCE)
        assert alive.poll() is None
        # Its queue is back too: the next run is taken up.
        other = await house.ask(SHORT)
        ended = await house.end(other.id, PATIENCE)
    assert stopped.state is RunState.CANCELLED
    assert stopped.lease == before.lease
    assert ended.state is RunState.SUCCEEDED


@pytest.mark.slow  # waits out leases: a minute of wall clock, run by make faults
async def test_a_worker_that_slept_through_its_lease_writes_nothing(house: RunHouse, home: Path) -> None:
    """Two workers believe to have the run: the one that was cut off finds another's lease and stops without a trace."""
    with worker(home) as first:
        run = await house.ask(YEAR)
        before = await until(house, run.id, RunState.RUNNING, searching=True)
        first.send_signal(signal.SIGSTOP)
        with worker(home):
            taken = await until(house, run.id, RunState.RUNNING, searching=True, above=before.lease)
            first.send_signal(signal.SIGCONT)
            await anyio.sleep(3)
            found = await house.run(run.id)
            assert found.lease == taken.lease
            stopped = await stop_run(house.unit, SLUG, run.id, patience=PATIENCE)
            assert first.poll() is None
    assert stopped.lease == taken.lease
    await kept_whole(house, stopped)


@pytest.mark.timeout(1800)
async def test_runs_cancelled_at_random_moments_end_whole(database: Database, full_counts: bool) -> None:
    """Before it is taken up, while it builds, searches or stores: each ends once, with all of its versions or none."""
    chance = random.Random(4)
    house = await settle_runs(database, 12)
    ended: list[StoredRun] = []
    async with house.worker():
        for number in range(50 if full_counts else 5):
            request = YEAR if number % 2 else SHORT
            await house.sql("update programs set facts = facts + 1")
            run = await house.ask(request)
            await anyio.sleep(chance.uniform(0, 5 if number % 2 else 1.2))
            ended.append(await stop_run(house.unit, SLUG, run.id, patience=PATIENCE))
    assert all(run.state in {RunState.CANCELLED, RunState.SUCCEEDED} for run in ended)
    for run in ended:
        assert run.result is not None
        assert len(run.versions) in {0, 1 if run.request.number else 14}
    known = {version for run in ended for version in run.versions}
    assert set(await drafts(house)) == known


async def test_a_tampered_snapshot_is_refused_and_reported(database: Database) -> None:
    """A run taken up again looks at what was preserved; what was touched is not used, and the result says so."""
    house = await settle_runs(database, 12)
    async with house.worker():
        run = await house.ask(YEAR)
        await wait_until(lambda: snapshots(house), PATIENCE)
    await house.sql("update run_snapshots set objective = objective + 1")
    await house.sql("update runs set tries = 1")  # as if its worker had died: going down in good order costs no try
    async with house.worker():
        ended = await house.end(run.id, PATIENCE)
    assert ended.result is not None
    assert ended.state is RunState.SUCCEEDED
    assert ended.result["retaken"]["refused"] > 0
    assert ended.result["retaken"]["snapshot"] is None
    assert "damaged" in (note_of(ended) or "")


async def snapshots(house: RunHouse) -> bool:
    async with house.database.engine.connect() as connection:
        return bool((await connection.exec_driver_sql("select count(*) from run_snapshots")).scalar_one())


async def test_a_full_disk_costs_the_snapshot_and_never_the_run(database: Database) -> None:
    """PostgreSQL refuses every snapshot as it does when there is no room left; the run ends as it would have."""
    house = await settle_runs(database, 12)
    await house.sql(
        "create function no_room() returns trigger language plpgsql as "
        "$$ begin raise exception 'could not extend file' using errcode = 'disk_full'; end $$"
    )
    await house.sql("create trigger no_room before insert on run_snapshots for each row execute function no_room()")
    async with house.worker():
        run = await house.end((await house.ask(YEAR)).id)
    assert run.state is RunState.SUCCEEDED
    assert len(run.versions) == 14
    async with database.engine.connect() as connection:
        assert (await connection.exec_driver_sql("select count(*) from run_snapshots")).scalar_one() == 0


async def test_a_killed_server_leaves_no_worker(home: Path) -> None:
    """The child reads a pipe that only its server holds, so it ends however and whenever the server died."""
    chance = random.Random(7)
    for _ in range(2):
        children: list[psutil.Process] = []
        with process(home, "serve", "--port", "0") as server:

            async def has_worker(pid: int = server.pid) -> bool:
                return any("worker" in _command(child) for child in psutil.Process(pid).children())

            await wait_until(has_worker, PATIENCE)
            await anyio.sleep(chance.uniform(0, 4))
            children = psutil.Process(server.pid).children(recursive=True)

        async def all_gone(of: Sequence[psutil.Process] = children) -> bool:
            return not any(_is_ours(child) for child in of)

        await wait_until(all_gone, 40)


def _command(process: psutil.Process) -> list[str]:
    with contextlib.suppress(psutil.Error):
        return process.cmdline()
    return []


def _is_ours(process: psutil.Process) -> bool:
    """True while a Python process of the server runs; PostgreSQL ends by its own means."""
    command = _command(process)
    return bool(command) and "python" in command[0] and lives(process)


async def test_nothing_of_a_run_is_lost_with_its_server(home: Path) -> None:
    """A run that waits is still there when the database comes back after a kill."""
    with EmbeddedServer(home):
        async with open_database(home=home) as database:
            house = await settle_runs(database, 2)
            run = await house.ask(SHORT)
            end_server(home)
            assert (await house.run(run.id)).state is RunState.QUEUED

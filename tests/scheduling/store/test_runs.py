from __future__ import annotations

import contextlib

import pytest
from sqlalchemy import text

from scheduling.model.calendar import Calendar
from scheduling.model.errors import NotFoundError
from scheduling.model.run import Frozen, RunRequest, RunState, StoredRun
from scheduling.store.database import Database
from scheduling.store.runs import SILENCE, LeaseLostError
from tests.run_house import BLOCK, SHORT, SLUG, RunHouse, settle_runs

NAME = "a" * 64
BLOCK_START = Calendar().block(BLOCK).start


@pytest.fixture
async def house(database: Database) -> RunHouse:
    return await settle_runs(database, 2)


async def queued(house: RunHouse, run: str = "run-1", name: str = NAME) -> StoredRun:
    async with house.unit() as unit:
        await unit.lock(SLUG)
        return await unit.runs.add(SLUG, run, SHORT, name)


async def claim(house: RunHouse, run: str = "run-1") -> StoredRun | None:
    async with house.unit() as unit:
        return await unit.runs.claim(run)


async def jobs(house: RunHouse) -> list[tuple[str, str]]:
    async with house.database.session() as session:
        rows = await session.execute(text("select args->>'run', status::text from jobs.procrastinate_jobs order by id"))
        return [(row[0], row[1]) for row in rows]


async def grow_silent(house: RunHouse) -> None:
    await house.sql(f"update runs set heartbeat = heartbeat - interval '{SILENCE + 1} s'")


async def test_a_run_and_its_job_are_stored_together_or_not_at_all(house: RunHouse) -> None:
    """The job belongs to the transaction: what is rolled back was never queued."""
    with contextlib.suppress(ZeroDivisionError):
        async with house.unit() as unit:
            await unit.lock(SLUG)
            await unit.runs.add(SLUG, "run-0", SHORT, NAME)
            raise ZeroDivisionError
    assert await jobs(house) == []
    made = await queued(house)
    assert made.state is RunState.QUEUED
    assert await jobs(house) == [("run-1", "todo")]


async def test_a_request_is_kept_as_it_was_asked(house: RunHouse) -> None:
    """What is read is what was stored, freezes and all."""
    freeze = (Frozen(BLOCK_START, BLOCK_START, "fac-00"), Frozen(BLOCK_START, BLOCK_START))
    asked = RunRequest(2026, 5, "live", freeze, "strict", seed=7, effort=2.5, deterministic=False)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.runs.add(SLUG, "run-9", asked, NAME)
    found = (await house.run("run-9")).request
    assert (found.block, found.objective, found.seed, found.effort) == (BLOCK, "strict", 7, 2.5)
    assert set(found.freeze) == set(freeze)
    assert found.as_json() == asked.as_json()


async def test_a_run_is_taken_up_by_one(house: RunHouse) -> None:
    """The second worker gets nothing while the first one's heart beats."""
    await queued(house)
    first = await claim(house)
    assert first is not None
    assert (first.lease, first.tries, first.state) == (1, 1, RunState.RUNNING)
    assert await claim(house) is None


async def test_whoever_lost_the_lease_writes_nothing(house: RunHouse) -> None:
    """After a silence another takes over; the first one's progress, result and return are all refused."""
    await queued(house)
    old = await claim(house)
    await grow_silent(house)
    new = await claim(house)
    assert old is not None
    assert new is not None
    assert new.lease == old.lease + 1
    with pytest.raises(LeaseLostError):
        async with house.unit() as unit:
            await unit.runs.beat(old.id, old.lease, {"phase": "late"})
    with pytest.raises(LeaseLostError):
        async with house.unit() as unit:
            await unit.runs.finish(old.id, old.lease, RunState.SUCCEEDED, {"versions": {}})
    with pytest.raises(LeaseLostError):
        async with house.unit() as unit:
            await unit.runs.release(SLUG, old.id, old.lease)
    found = await house.run(old.id)
    assert (found.state, found.lease, found.progress) == (RunState.RUNNING, new.lease, {})
    assert await jobs(house) == [("run-1", "todo")]


async def test_a_finished_run_is_finished_once(house: RunHouse) -> None:
    """Its own worker cannot end it twice either."""
    await queued(house)
    mine = await claim(house)
    assert mine is not None
    async with house.unit() as unit:
        await unit.runs.finish(mine.id, mine.lease, RunState.SUCCEEDED, {"versions": {"2026/5": "v"}})
    with pytest.raises(LeaseLostError):
        async with house.unit() as unit:
            await unit.runs.finish(mine.id, mine.lease, RunState.FAILED, {})
    found = await house.run(mine.id)
    assert (found.state, found.versions) == (RunState.SUCCEEDED, ("v",))
    assert found.ended_at is not None


async def test_a_waiting_run_is_cancelled_at_once(house: RunHouse) -> None:
    """And its job with it; a running one is only asked, and hears of it with its next heartbeat."""
    await queued(house)
    await queued(house, "run-2", "b" * 64)
    mine = await claim(house, "run-2")
    assert mine is not None
    async with house.unit() as unit:
        await unit.lock(SLUG)
        assert (await unit.runs.stop(SLUG, "run-1")).state is RunState.CANCELLED
        assert (await unit.runs.stop(SLUG, "run-2")).state is RunState.RUNNING
    assert dict(await jobs(house)) == {"run-1": "cancelled", "run-2": "cancelled"}
    async with house.unit() as unit:
        assert await unit.runs.beat("run-2", mine.lease, {})
    async with house.unit() as unit:
        await unit.lock(SLUG)
        assert (await unit.runs.stop(SLUG, "run-1")).state is RunState.CANCELLED


async def test_a_run_given_back_waits_again_and_costs_no_try(house: RunHouse) -> None:
    """Its worker went down in good order."""
    await queued(house)
    mine = await claim(house)
    assert mine is not None
    async with house.unit() as unit:
        await unit.runs.release(SLUG, mine.id, mine.lease)
    found = await house.run(mine.id)
    assert (found.state, found.tries) == (RunState.QUEUED, 0)
    again = await claim(house)
    assert again is not None
    assert again.lease > mine.lease


async def test_only_silent_runs_and_lost_jobs_count_as_abandoned(house: RunHouse) -> None:
    """A run that beats, one that waits behind others, and one that is over are left alone."""
    await queued(house)
    await house.sql(f"update runs set made_at = made_at - interval '{SILENCE + 1} s'")
    async with house.unit() as unit:
        assert await unit.runs.abandoned() == []
    await house.sql("delete from jobs.procrastinate_jobs")
    async with house.unit() as unit:
        assert [r.id for r in await unit.runs.abandoned()] == ["run-1"]
    mine = await claim(house)
    async with house.unit() as unit:
        assert await unit.runs.abandoned() == []
    await grow_silent(house)
    async with house.unit() as unit:
        (silent,) = await unit.runs.abandoned()
        await unit.runs.requeue(silent)
    assert mine is not None
    assert (await house.run("run-1")).lease == mine.lease + 1
    assert await jobs(house) == [("run-1", "todo")]


async def test_the_same_request_is_under_way_once(house: RunHouse) -> None:
    """The database itself refuses a second one, however the writers met."""
    await queued(house)
    with pytest.raises(Exception, match="uq_runs_under_way"):
        await queued(house, "run-2")


async def test_an_unknown_run_is_not_found(house: RunHouse) -> None:
    """With the nearest ids."""
    await queued(house)
    with pytest.raises(NotFoundError, match="run-1"):
        await house.run("run-2")

from __future__ import annotations

import datetime as dt

import anyio
import asyncpg

from scheduling.store.ledger_tables import CHANNEL
from scheduling.store.unit import UnitOfWork
from tests.program_sample import SLUG, Sample, context


async def emitted(sample: Sample, *keys: str) -> None:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        for key in keys:
            unit.emit("something", {"key": key}, key)


async def test_a_key_is_written_once(sample: Sample) -> None:
    """The same event told twice is one event."""
    await emitted(sample, "a", "b")
    await emitted(sample, "b", "c")
    async with sample.unit() as unit:
        assert [e.dedupe_key for e in await unit.outbox.claim()] == ["a", "b", "c"]


async def test_two_deliveries_never_hold_the_same_event(sample: Sample) -> None:
    """What one has claimed the other leaves out, and gets it when the first gives up."""
    await emitted(sample, "a", "b")
    async with sample.unit() as first, sample.unit() as second:
        assert [e.dedupe_key for e in await first.outbox.claim(1)] == ["a"]
        assert [e.dedupe_key for e in await second.outbox.claim()] == ["b"]
    async with sample.unit() as third:
        assert len(await third.outbox.claim()) == 2


async def test_an_event_is_delivered_postponed_or_given_up(sample: Sample) -> None:
    """Delivered ones are over, postponed ones wait, dead letters stay visible."""
    await emitted(sample, "done", "later", "dead")
    async with sample.unit() as unit:
        done, later, dead = await unit.outbox.claim()
        await unit.outbox.delivered([done.id])
        await unit.outbox.postpone(later.id, dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
        await unit.outbox.postpone(dead.id, None)
    async with sample.unit() as unit:
        assert [(e.dedupe_key, e.attempts) for e in await unit.outbox.dead()] == [("dead", 1)]
    async with sample.unit() as unit:
        assert await unit.outbox.claim() == []
    tomorrow = context()
    tomorrow.at += dt.timedelta(days=1)
    async with UnitOfWork(sample.database, tomorrow) as unit:
        assert [(e.dedupe_key, e.attempts) for e in await unit.outbox.claim()] == [("later", 1)]


async def test_committed_events_wake_the_listeners(sample: Sample) -> None:
    """A notification comes with the commit, never before it."""
    woken = anyio.Event()
    listener = await asyncpg.connect(sample.database.libpq_dsn)
    try:
        await listener.add_listener(CHANNEL, lambda *_: woken.set())
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            await unit.outbox.add(SLUG, "something", {}, "a")
            await anyio.sleep(0.1)
            assert not woken.is_set()
        with anyio.fail_after(60):
            await woken.wait()
    finally:
        await listener.close()

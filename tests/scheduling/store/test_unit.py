from __future__ import annotations

import datetime as dt

import anyio
import pytest
from sqlalchemy import text

from scheduling.model.errors import BusyError, ConflictError, NotFoundError, StaleError
from scheduling.model.part import Part
from scheduling.store import programs
from scheduling.store.audit import verify
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from tests.program_sample import MONDAY, SLUG, Sample, context, override


async def audit_rows(sample: Sample) -> list[tuple[str, object]]:
    async with sample.database.session() as session:
        rows = await session.execute(
            text("select caller, facts from audit where program = :p order by seq"), {"p": SLUG}
        )
        return [(row.caller, row.facts) for row in rows]


async def test_a_change_its_audit_row_and_its_event_are_one_transaction(sample: Sample) -> None:
    """A clean end keeps all three; the row names what was changed, and the call knows that a row stands."""
    before = len(await audit_rows(sample))
    call = context("coord")
    async with UnitOfWork(sample.database, call) as unit:
        await unit.lock(SLUG)
        await unit.programs.pin(SLUG, dt.date(2026, 12, 1))
        unit.emit("clock.pinned", {"today": "2026-12-01"}, "pin-1")
        unit.changed("clock", "2026-12-01")
    rows = await audit_rows(sample)
    assert rows[before:] == [("coord", {"changed": {"program": [SLUG], "clock": ["2026-12-01"]}})]
    assert call.recorded
    async with sample.unit() as unit:
        assert [(e.kind, e.dedupe_key) for e in await unit.outbox.claim()] == [("clock.pinned", "pin-1")]
    async with sample.database.session() as session:
        assert (await verify(session, SLUG)).broken is None


async def test_an_exception_leaves_nothing_behind(sample: Sample) -> None:
    """Change, audit row and event are rolled back together, and the call may still be recorded by others."""
    before = await audit_rows(sample)
    call = context()

    async def fail() -> None:
        async with UnitOfWork(sample.database, call) as unit:
            await unit.lock(SLUG)
            await unit.programs.pin(SLUG, dt.date(2026, 12, 1))
            unit.emit("clock.pinned", {}, "pin-1")
            raise ConflictError("changed its mind")

    with pytest.raises(ConflictError):
        await fail()
    assert not call.recorded
    assert await audit_rows(sample) == before
    async with sample.unit() as unit:
        assert (await unit.program(SLUG)).clock.today() == dt.date(2026, 11, 2)
        assert not await unit.outbox.dead()
    async with sample.unit() as unit:
        assert not await unit.outbox.claim()


async def test_a_reading_unit_leaves_no_row(sample: Sample) -> None:
    """Reading is recorded by whoever called, not by the unit."""
    before = await audit_rows(sample)
    call = context()
    async with UnitOfWork(sample.database, call) as unit:
        await unit.program(SLUG)
    assert await audit_rows(sample) == before
    assert not call.recorded


async def test_reading_sees_one_snapshot(sample: Sample) -> None:
    """What others commit while a unit reads is not half seen: the unit stays with what it saw first."""
    async with sample.unit() as reader:
        first = await reader.programs.state(SLUG)
        await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C"))
        assert (await reader.programs.state(SLUG)).overlay == first.overlay
    async with sample.unit() as reader:
        assert (await reader.programs.state(SLUG)).overlay == first.overlay + 1


async def test_a_unit_that_has_read_cannot_begin_to_write(sample: Sample) -> None:
    """Writing on what an old snapshot said is a mistake in the code, and found at once."""
    async with sample.unit() as unit:
        await unit.program(SLUG)
        with pytest.raises(RuntimeError, match="begins with `lock`"):
            await unit.lock(SLUG)
    async with sample.unit() as unit:
        with pytest.raises(RuntimeError, match="begins with `lock`"):
            await unit.programs.pin(SLUG, None)


async def test_writers_of_one_program_take_turns(sample: Sample) -> None:
    """A second lock waits until the first unit ends, and then sees what it wrote."""
    order: list[str] = []

    async def second() -> None:
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            order.append("second")
            assert (await unit.programs.state(SLUG)).clock.pinned == dt.date(2026, 12, 1)

    async with anyio.create_task_group() as group, sample.unit() as unit:
        await unit.lock(SLUG)
        group.start_soon(second)
        await anyio.sleep(0.1)
        await unit.programs.pin(SLUG, dt.date(2026, 12, 1))
        order.append("first")
    assert order == ["first", "second"]


async def test_a_writer_does_not_wait_for_ever(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody who holds the program too long makes others busy, not stuck."""
    monkeypatch.setattr(programs, "LOCK_PATIENCE", 1)
    async with sample.unit() as holder:
        await holder.lock(SLUG)
        async with sample.unit() as unit:
            with pytest.raises(BusyError, match="takes long"):
                await unit.lock(SLUG)


async def test_the_overlay_moves_by_compare_and_swap(sample: Sample) -> None:
    """Only who knows the present generation may move it."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        assert await unit.programs.move_overlay(SLUG, 0) == 1
        with pytest.raises(StaleError, match="generation 0"):
            await unit.programs.move_overlay(SLUG, 0)


async def test_an_unknown_program_is_not_found(database: Database) -> None:
    """Reading and locking say so alike."""
    async with UnitOfWork(database, context()) as unit:
        with pytest.raises(NotFoundError):
            await unit.program("nowhere")
    async with UnitOfWork(database, context()) as unit:
        with pytest.raises(NotFoundError):
            await unit.lock("nowhere")


@pytest.mark.parametrize("slug", ["programs", "", "Upper", "-x", "a b", "x" * 61])
async def test_a_slug_must_fit_an_address(database: Database, slug: str) -> None:
    """`programs` is taken by the list of programs; others could not stand in a URI."""
    async with UnitOfWork(database, context()) as unit:
        with pytest.raises(Exception, match="not a slug"):
            await unit.programs.add(slug, zone="UTC")


async def test_a_pinned_clock_from_outside_wins(sample: Sample) -> None:
    """A command or a test may say what day it is, without a change in the database."""
    async with UnitOfWork(sample.database, context(), today=dt.date(2030, 1, 1)) as unit:
        assert (await unit.program(SLUG)).clock.today() == dt.date(2030, 1, 1)
    async with sample.unit() as unit:
        assert (await unit.program(SLUG)).clock.today() == dt.date(2026, 11, 2)


async def test_a_cancelled_unit_rolls_back(sample: Sample) -> None:
    """A caller that goes away leaves no lock behind and no half of a change."""
    with anyio.move_on_after(0.2):
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            await unit.programs.pin(SLUG, dt.date(2026, 12, 1))
            await anyio.sleep(10)
    with anyio.fail_after(60):
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            assert (await unit.programs.state(SLUG)).clock.pinned == dt.date(2026, 11, 2)


async def test_the_same_key_gives_the_same_result_to_the_same_request(sample: Sample) -> None:
    """A key belongs to its caller, tool and arguments."""
    async with UnitOfWork(sample.database, context(tool="apply", arguments="a")) as unit:
        await unit.lock(SLUG)
        assert await unit.idempotency.find(SLUG, "k1") is None
        await unit.idempotency.keep(SLUG, "k1", {"done": 1})
    async with UnitOfWork(sample.database, context(tool="apply", arguments="a")) as unit:
        await unit.lock(SLUG)
        assert await unit.idempotency.find(SLUG, "k1") == {"done": 1}
    async with UnitOfWork(sample.database, context(tool="apply", arguments="b")) as unit:
        with pytest.raises(ConflictError, match="another request"):
            await unit.idempotency.find(SLUG, "k1")
    async with UnitOfWork(sample.database, context("other", tool="apply", arguments="a")) as unit:
        assert await unit.idempotency.find(SLUG, "k1") is None

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from scheduling.store.audit import (
    SERVER,
    AuditContext,
    AuditEntry,
    append,
    append_apart,
    arguments_hash,
    programs,
    verify,
)
from scheduling.store.database import Database

NOON = dt.datetime(2026, 3, 13, 12, 0, 0, 123456, tzinfo=dt.UTC)


def entry(number: int, program: str = "demo") -> AuditEntry:
    context = AuditContext("chief-1", "test", "plan_cascade", arguments_hash({"n": number}), program, NOON)
    return AuditEntry(context, "ok", {"plan": f"p{number}", "slots": number, "people": ["fac-01", "fac-02"]})


@pytest.fixture
async def session(database: Database) -> AsyncIterator[AsyncSession]:
    async with database.session() as opened:
        yield opened


async def tamper(database: Database, statement: str) -> None:
    """Change history the way only the owner of the database can: with the trigger off."""
    async with database.session() as session:
        await session.execute(text("set local session_replication_role = replica"))
        await session.execute(text(statement))
        await session.commit()


async def five(database: Database) -> None:
    for number in range(5):
        async with database.session() as session:
            await append_apart(session, entry(number))


async def test_an_untouched_chain_verifies(database: Database) -> None:
    """Every link follows from the one before it and the head agrees."""
    await five(database)
    async with database.session() as session:
        verdict = await verify(session, "demo")
    assert (verdict.links, verdict.broken) == (5, None)


async def test_an_empty_chain_verifies(session: AsyncSession) -> None:
    """A program nobody called has nothing to prove."""
    assert (await verify(session, "nobody")).broken is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("update audit set caller = 'somebody' where seq = 3", 3),
        ("update audit set outcome = 'forbidden' where seq = 1", 1),
        ("update audit set at = at + interval '1 second' where seq = 2", 2),
        ('update audit set facts = \'{"plan":"p9"}\' where seq = 5', 5),
        ("delete from audit where seq = 3", 3),
        ("delete from audit where seq = 5", 5),
        ("delete from audit", 1),
        ("update audit set seq = case seq when 2 then 3 else 2 end where seq in (2, 3)", 2),
        ("delete from audit_head", 6),
        ("update audit_head set seq = 4", 6),
    ],
)
async def test_a_changed_removed_or_swapped_link_is_found(database: Database, statement: str, broken: int) -> None:
    """`verify` names the first link that no longer holds."""
    await five(database)
    if "set seq = case" in statement:
        await tamper(database, "alter table audit drop constraint pk_audit")
    await tamper(database, statement)
    async with database.session() as session:
        assert (await verify(session, "demo")).broken == broken


async def test_the_trail_refuses_update_and_delete(session: AsyncSession) -> None:
    """The application's own role cannot rewrite a row by accident."""
    await append_apart(session, entry(1))
    for statement in ("update audit set caller = 'x'", "delete from audit", "truncate audit"):
        with pytest.raises(DBAPIError, match="append-only"):
            await session.execute(text(statement))
        await session.rollback()


async def test_a_row_leaves_with_the_transaction_that_wrote_it(database: Database) -> None:
    """A change that is rolled back leaves neither row nor link."""
    async with database.session() as session:
        await append(session, entry(1))
        await session.rollback()
    async with database.session() as session:
        await append_apart(session, entry(2))
        verdict = await verify(session, "demo")
    assert (verdict.links, verdict.broken) == (1, None)


async def test_concurrent_calls_form_one_chain(database: Database) -> None:
    """Twenty callers at once: twenty links in one order, none lost."""

    async def write(number: int) -> None:
        async with database.session() as session:
            await append_apart(session, entry(number))

    async with anyio.create_task_group() as group:
        for number in range(20):
            group.start_soon(write, number)
    async with database.session() as session:
        verdict = await verify(session, "demo")
    assert (verdict.links, verdict.broken) == (20, None)


async def test_each_program_has_its_own_chain(session: AsyncSession) -> None:
    """One program's rows say nothing about another's; calls that reached no program have the server's chain."""
    for name in ("demo", "other", SERVER):
        await append_apart(session, entry(1, name))
    assert await programs(session) == [SERVER, "demo", "other"]
    assert (await verify(session, "other")).links == 1


def test_the_hash_of_arguments_ignores_their_order() -> None:
    """Equal arguments give equal hashes, different ones different hashes."""
    assert arguments_hash({"a": 1, "b": [2]}) == arguments_hash({"b": [2], "a": 1})
    assert arguments_hash({"a": 1}) != arguments_hash({"a": 2})

"""What a refused call must leave as it was."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from mcp.client.client import Client
from sqlalchemy import text

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.store.database import Database
from tests.clients.asking import use

WRITTEN_ANYWAY = {"audit", "audit_head", "tokens"}
"""The trail keeps refusals too, and a token when it was last seen."""


@dataclass(frozen=True)
class Standing:
    """The program as a client reads it, and every table of the database."""

    overlay: int
    versions: dict[str, str]
    slots: list[dict[str, Any]]
    totals: dict[str, Any]
    tables: dict[str, str]


async def standing(client: Client, database: Database, window: Window) -> Standing:
    page = await use(client, "get_schedule", start=window.start.isoformat(), end=window.end.isoformat())
    as_of = page["as_of"]
    return Standing(as_of["overlay"], as_of["versions"], page["slots"], page["totals"], await photograph(database))


async def photograph(database: Database) -> dict[str, str]:
    """A fingerprint of each table's rows."""
    async with database.session() as session:
        tables = await session.scalars(text("select tablename from pg_tables where schemaname = 'public'"))
        names = sorted(set(tables) - WRITTEN_ANYWAY)
        rows = {t: f"select md5(string_agg(r::text, '|' order by r::text)) from {t} r" for t in names}
        return {t: str(await session.scalar(text(query))) for t, query in rows.items()}


@asynccontextmanager
async def unchanged(client: Client, database: Database, window: Window) -> AsyncIterator[None]:
    """What is done inside leaves overlay counter, versions, slots, totals and every table as they were."""
    wide = Window(window.start, window.end + days(1))
    before = await standing(client, database, wide)
    yield
    assert await standing(client, database, wide) == before

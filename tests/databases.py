"""Databases on the embedded server that every test shares: made as copies of others, dropped after use."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from scheduling.store.database import libpq_dsn
from scheduling.store.embedded import DATABASE

_numbers = itertools.count(1)


def url_of(postgres_url: str, name: str) -> str:
    """SQLAlchemy's URL of a database, given that of the maintenance database."""
    return postgres_url.replace(f"/{DATABASE}?", f"/{name}?")


async def create(postgres_url: str, name: str, template: str | None = None) -> str:
    """Create a database, empty or as a copy of one nobody is connected to; its URL."""
    copy = f" template {template} strategy file_copy" if template else ""
    await _execute(postgres_url, f"create database {name}{copy}")
    return url_of(postgres_url, name)


@asynccontextmanager
async def lent(postgres_url: str, template: str | None = None) -> AsyncIterator[str]:
    """The URL of a database that is dropped in the end."""
    name = f"test_{next(_numbers)}"
    url = await create(postgres_url, name, template)
    try:
        yield url
    finally:
        await _execute(postgres_url, f"drop database {name} with (force)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(libpq_dsn(url))
    try:
        await connection.execute(statement)
    finally:
        await connection.close()

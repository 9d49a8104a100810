"""The database as it lies there, before any migration: what `restore`, `migrate` and `doctor` work on."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio
from anyio import to_thread

from scheduling.store.embedded import EmbeddedServer
from server.settings import Settings


@asynccontextmanager
async def located(settings: Settings) -> AsyncIterator[str]:
    """Yield the address of the database, the embedded server running; nothing is migrated."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.home)
    url = await to_thread.run_sync(server.start)
    try:
        yield url
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(server.stop)

"""The database of this process: which one, its connections, and its sessions."""

from __future__ import annotations

import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import anyio
import asyncpg
from anyio import to_thread
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import NullPool

from scheduling.store.embedded import EmbeddedServer
from scheduling.store.errors import StorageError
from scheduling.store.home import data_home
from scheduling.store.migrate import migrate

DRIVER_SCHEME = "postgresql+asyncpg"
SCHEMES = ("postgres", "postgresql", DRIVER_SCHEME, "postgresql+psycopg", "postgresql+psycopg2")
RECOVERY_PATIENCE = 10.0
UNREACHABLE = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.InternalClientError,  # what asyncpg makes of a server that dies between two messages of a connection's start
)


class Database:
    """Pooled connections to one PostgreSQL database; a server that was restarted is found again."""

    def __init__(self, url: str, *, server: EmbeddedServer | None = None, pooled: bool = True) -> None:
        """`server` is revived when it does not answer; without `pooled` every session opens a connection."""
        self.url = sqlalchemy_url(url)
        self.server = server
        options = {"pool_size": 10, "max_overflow": 20, "pool_pre_ping": True} if pooled else {"poolclass": NullPool}
        # An error's text goes to the log; the values of a statement (names, reasons) may not.
        self.engine = create_async_engine(
            f"{DRIVER_SCHEME}://", async_creator=self._connect, hide_parameters=True, **options
        )
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)

    @property
    def libpq_dsn(self) -> str:
        """The address for drivers and programs other than SQLAlchemy's."""
        return libpq_dsn(self.url)

    def session(self) -> AsyncSession:
        """Return a new session, to be used as an async context manager; nothing is kept unless it commits."""
        return self._sessions()

    async def dispose(self) -> None:
        """Close every pooled connection."""
        await self.engine.dispose()

    async def _connect(self) -> asyncpg.Connection:
        """Open a connection; asyncpg itself reads the address, so libpq's options (sslmode, …) mean what they say."""
        deadline = anyio.current_time() + RECOVERY_PATIENCE
        while True:
            try:
                return await asyncpg.connect(self.libpq_dsn)
            except UNREACHABLE as error:
                if anyio.current_time() > deadline:
                    raise StorageError(
                        f"the database cannot be reached: {type(error).__name__}", hint="check that it runs, then retry"
                    ) from error
            if self.server is not None:
                await to_thread.run_sync(self.server.start)
            await anyio.sleep(0.1)


@contextlib.asynccontextmanager
async def open_database(url: str | None = None, *, home: Path | None = None) -> AsyncIterator[Database]:
    """Yield the migrated database at `url`, else DATABASE_URL, else the embedded one of `home` (started if needed).

    Raises StorageError when it cannot be started, reached or read by this version.
    """
    address = url or configured_url()
    server = None if address else EmbeddedServer(home or data_home())
    if server is not None:
        address = await to_thread.run_sync(server.start)
    assert address is not None
    try:
        await prepare(address, server=server)
        database = Database(address, server=server)
        try:
            yield database
        finally:
            with anyio.CancelScope(shield=True):
                await database.dispose()
    finally:
        if server is not None:
            with anyio.CancelScope(shield=True):
                await to_thread.run_sync(server.stop)


async def prepare(url: str, *, server: EmbeddedServer | None = None) -> None:
    """Migrate the database at `url`, before any pool is opened on it."""
    database = Database(url, server=server, pooled=False)
    try:
        await migrate(database.engine)
    finally:
        await database.dispose()


def configured_url() -> str | None:
    """SQLAlchemy's URL of the database that DATABASE_URL names, or None when the embedded one is meant."""
    url = os.environ.get("DATABASE_URL", "").strip()
    return sqlalchemy_url(url) if url else None


def sqlalchemy_url(url: str) -> str:
    """Give a PostgreSQL URL, however it is spelt, the scheme of our driver; the message never repeats the URL."""
    scheme = urlsplit(url).scheme
    if scheme not in SCHEMES:
        raise StorageError(
            f"DATABASE_URL is not a PostgreSQL address; its scheme must be one of {', '.join(SCHEMES)}",
            hint="for example postgresql://user@host:5432/database",
        )
    return DRIVER_SCHEME + url[len(scheme) :]


def libpq_dsn(url: str) -> str:
    """Give a PostgreSQL URL the scheme that libpq's programs and drivers know."""
    return "postgresql" + sqlalchemy_url(url)[len(DRIVER_SCHEME) :]

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduling.store.database import Database, configured_url, libpq_dsn, open_database, sqlalchemy_url
from scheduling.store.embedded import EmbeddedServer
from scheduling.store.errors import StorageError
from scheduling.store.locks import FileLock
from scheduling.store.migrate import migrate

FIRST = """
revision = "one"
down_revision = None
branch_labels = depends_on = None
def upgrade():
    from alembic import op
    op.execute("create table ward (id int constraint pk_ward primary key)")
    op.execute("select pg_sleep(0.2)")
"""
SECOND = """
revision = "two"
down_revision = "one"
branch_labels = depends_on = None
def upgrade():
    from alembic import op
    op.execute("insert into ward values (1)")
"""


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    (tmp_path / "0001_ward.py").write_text(FIRST)
    (tmp_path / "0002_first_ward.py").write_text(SECOND)
    return tmp_path


def nobody_serves(home: Path) -> bool:
    """Whether every process of the home's server is gone."""
    lock = FileLock(home / "server.lock")
    try:
        return lock.try_seize()
    finally:
        lock.close()


def wait_until_nobody_serves(home: Path) -> None:
    while not nobody_serves(home):
        time.sleep(0.01)


def is_empty(folder: Path) -> bool:
    return not list(folder.iterdir())


async def wards(database: Database) -> list[int]:
    async with database.session() as session:
        return [row.id for row in await session.execute(text("select id from ward order by id"))]


async def test_without_an_address_the_embedded_database_is_opened_migrated_and_stopped(home: Path) -> None:
    """Nothing is installed or configured by hand; leaving the block leaves no server behind."""
    async with open_database(home=home) as database:
        async with database.session() as session:
            assert (await session.execute(text("select 1"))).scalar_one() == 1
        assert not nobody_serves(home)
    assert nobody_serves(home)


async def test_database_url_is_used_when_set(
    empty_database_url: str, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """With an address given nothing is started here, however the address is spelt."""
    monkeypatch.setenv("DATABASE_URL", libpq_dsn(empty_database_url).replace("postgresql:", "postgres:"))
    async with open_database(home=home) as database:
        assert database.server is None
        assert database.url == empty_database_url
        async with database.session() as session:
            assert (await session.execute(text("select 1"))).scalar_one() == 1
    assert is_empty(home)


@pytest.mark.parametrize(
    ("given", "ours"),
    [
        ("postgres://a:b@h/d", "postgresql+asyncpg://a:b@h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+asyncpg://h/d?sslmode=require"),
        ("postgresql+psycopg://h/d", "postgresql+asyncpg://h/d"),
        ("postgresql+asyncpg://u@/d?host=/run", "postgresql+asyncpg://u@/d?host=/run"),
    ],
)
def test_every_spelling_of_a_postgresql_address_is_understood(given: str, ours: str) -> None:
    """The driver is ours to choose, the rest of the address is kept."""
    assert sqlalchemy_url(given) == ours


def test_another_kind_of_database_is_refused_without_repeating_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """The address may hold a password: it never appears in the message."""
    monkeypatch.setenv("DATABASE_URL", "mysql://root:hunter2@example/d")
    with pytest.raises(StorageError, match="not a PostgreSQL address") as refused:
        configured_url()
    assert "hunter2" not in str(refused.value.as_dict())


async def test_migrations_run_once_however_many_processes_start_together(
    empty_database_url: str, versions: Path
) -> None:
    """Three starts at the same moment: one migrates, the others wait for it, and all see the newest revision."""
    databases = [Database(empty_database_url, pooled=False) for _ in range(3)]
    heads: list[str | None] = []

    async def start(database: Database) -> None:
        heads.append(await migrate(database.engine, versions=versions))

    async with anyio.create_task_group() as tasks:
        for database in databases:
            tasks.start_soon(start, database)
    assert heads == ["two", "two", "two"]
    assert await wards(databases[0]) == [1]


async def test_a_migration_that_fails_leaves_nothing_and_lets_the_next_try(
    empty_database_url: str, versions: Path
) -> None:
    """All migrations of a start are one transaction, and the lock is given back."""
    second = versions / "0002_first_ward.py"
    second.write_text(SECOND.replace("values (1)", "values (1), (1)"))
    database = Database(empty_database_url, pooled=False)
    with pytest.raises(IntegrityError):
        await migrate(database.engine, versions=versions)
    async with database.session() as session:
        assert (await session.execute(text("select to_regclass('ward')"))).scalar_one() is None
    second.write_text(SECOND)
    assert await migrate(database.engine, versions=versions) == "two"
    assert await wards(database) == [1]


async def test_a_database_newer_than_the_code_is_refused(empty_database_url: str, versions: Path) -> None:
    """An older housestaff neither reads nor changes what a newer one wrote."""
    database = Database(empty_database_url, pooled=False)
    await migrate(database.engine, versions=versions)
    (versions / "0002_first_ward.py").unlink()
    with pytest.raises(StorageError, match="written by a newer housestaff") as refused:
        await migrate(database.engine, versions=versions)
    assert "upgrade" in refused.value.hint
    assert await wards(database) == [1]


async def test_a_postgresql_that_is_too_old_is_refused(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest supported major version is checked before anything is changed."""
    monkeypatch.setattr("scheduling.store.migrate.OLDEST_POSTGRESQL", 99)
    with pytest.raises(StorageError, match="needs 99 or newer"):
        await migrate(database.engine)


async def test_a_pool_outlives_a_killed_embedded_server(home: Path) -> None:
    """After kill -9 the next session revives the server and finds every commit."""
    server = EmbeddedServer(home)
    database = Database(server.start(), server=server)
    async with database.session() as session, session.begin():
        await session.execute(text("create table kept as select 7 as n"))
    os.kill(server.postmaster_pid(), signal.SIGKILL)
    wait_until_nobody_serves(home)
    async with database.session() as session:
        assert (await session.execute(text("select n from kept"))).scalar_one() == 7
    await database.dispose()
    server.stop()


async def test_an_unreachable_address_is_reported_without_repeating_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A dead address is tried for a while, then named as unreachable, with no password in the message."""
    monkeypatch.setattr("scheduling.store.database.RECOVERY_PATIENCE", 0.2)
    with pytest.raises(StorageError, match="cannot be reached") as unreachable:
        async with open_database("postgresql://root:hunter2@127.0.0.1:1/d"):
            pass
    assert "hunter2" not in str(unreachable.value.as_dict())

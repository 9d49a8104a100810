from __future__ import annotations

import shutil
import stat
import subprocess
import zipfile
from pathlib import Path

import anyio
import asyncpg
import pytest

from scheduling.store.backup import DUMP, MANIFEST, backup, read_manifest, restore
from scheduling.store.binaries import Binaries, find_binaries
from scheduling.store.client_programs import run_program, split_password
from scheduling.store.database import libpq_dsn
from scheduling.store.embedded import EmbeddedServer
from scheduling.store.errors import StorageError
from scheduling.store.fingerprint import TableContent, contents
from scheduling.store.migrate import OLDEST_POSTGRESQL

SOMETHING = """
create extension if not exists btree_gist;
create table duty (
  id bigint generated always as identity primary key, person text not null, span tstzrange not null,
  note jsonb, hours numeric generated always as (extract(epoch from upper(span) - lower(span)) / 3600) stored,
  constraint one_at_a_time exclude using gist (person with =, span with &&)
);
insert into duty (person, span, note)
select 'pgy1-0' || n % 7, tstzrange(t, t + interval '3 hours'), jsonb_build_object('n', n, 'text', E'tab\\tline\\n"é')
from (select n, timestamptz '2026-03-08 00:30-05' + n * interval '4 hours' as t from generate_series(1, 500) n) s;
"""


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def older_postgresql() -> Binaries | None:
    """Another PostgreSQL on PATH, when it is of a supported major version older than ours."""
    path = shutil.which("postgres")
    if path is None:
        return None
    folder = Path(path).resolve().parent
    major = subprocess.run([path, "--version"], capture_output=True, text=True, check=True).stdout.split()[2]
    other = Binaries(folder, major)
    return other if OLDEST_POSTGRESQL <= other.major < find_binaries().major else None


async def run(url: str, sql: str) -> None:
    connection = await asyncpg.connect(libpq_dsn(url))
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


async def holds(url: str) -> dict[str, TableContent]:
    connection = await asyncpg.connect(libpq_dsn(url))
    found = await contents(connection)
    await connection.close()
    return found


@pytest.fixture
async def filled_url(database_url: str) -> str:
    """A migrated database with 500 duties in it."""
    await run(database_url, SOMETHING)
    return database_url


async def test_a_round_trip_brings_back_every_row_constraint_and_sequence(
    filled_url: str, empty_database_url: str, tmp_path: Path
) -> None:
    """What was restored equals what was backed up, keeps its guarantees, and goes on counting where it was."""
    before = await holds(filled_url)
    taken = await backup(filled_url, tmp_path / "file")
    assert taken.tables == before
    assert before["public.duty"].rows == 500
    assert "public.alembic_version" in before
    restored = await restore(empty_database_url, tmp_path / "file")
    assert restored == taken
    assert await holds(empty_database_url) == before
    with pytest.raises(asyncpg.ExclusionViolationError):
        await run(empty_database_url, "insert into duty (person, span) select person, span from duty limit 1")
    await run(empty_database_url, "insert into duty (person, span) values ('pgy1-01', 'empty')")


async def test_a_freshly_migrated_database_without_rows_counts_as_empty(
    filled_url: str, postgres_url: str, migrated_template: str, tmp_path: Path
) -> None:
    """A new installation migrates when it starts; a backup can still be restored into it without force."""
    await run(postgres_url, f"create database fresh template {migrated_template}")
    fresh = postgres_url.replace("/postgres?", "/fresh?")
    if any(content.rows for table, content in (await holds(fresh)).items() if table != "public.alembic_version"):
        await run(postgres_url, "drop database fresh with (force)")
        pytest.fail("migrations insert rows, so that a new database does not count as empty")
    await backup(filled_url, tmp_path / "file")
    await restore(fresh, tmp_path / "file")
    assert await holds(fresh) == await holds(filled_url)
    await run(postgres_url, "drop database fresh with (force)")


@pytest.mark.skipif(older_postgresql() is None, reason="no second PostgreSQL of an older major version is installed")
async def test_a_backup_goes_into_a_newer_postgresql_and_back_into_an_older_one(
    home: Path, empty_database_url: str, tmp_path: Path
) -> None:
    """An upgrade of PostgreSQL goes through `backup` and `restore`; servers older than our programs are served too."""
    older = older_postgresql()
    with EmbeddedServer(home, binaries=older) as server:
        await run(server.url, SOMETHING)
        before = await holds(server.url)
        await backup(server.url, tmp_path / "file")
        await restore(server.url, tmp_path / "file", force=True)
        assert await holds(server.url) == before
    await restore(empty_database_url, tmp_path / "file")
    assert await holds(empty_database_url) == before


async def test_a_database_with_data_is_replaced_only_when_forced(filled_url: str, tmp_path: Path) -> None:
    """Without force nothing changes; with force the later changes are gone."""
    before = await holds(filled_url)
    await backup(filled_url, tmp_path / "file")
    await run(filled_url, "delete from duty where id > 10; create table later (n int)")
    changed = await holds(filled_url)
    with pytest.raises(StorageError, match="holds data already"):
        await restore(filled_url, tmp_path / "file")
    assert await holds(filled_url) == changed
    await restore(filled_url, tmp_path / "file", force=True)
    assert await holds(filled_url) == before


async def test_a_backup_never_overwrites_and_is_private(filled_url: str, tmp_path: Path) -> None:
    """An existing file stays as it is; a new one can be read by its owner alone, and no scrap is left beside it."""
    there = tmp_path / "there"
    there.write_text("precious")
    with pytest.raises(StorageError, match="is there already"):
        await backup(filled_url, there)
    assert there.read_text() == "precious"
    await backup(filled_url, tmp_path / "new")
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o600
    assert names_in(tmp_path) == ["new", "there"]


async def test_a_failed_backup_leaves_no_file(filled_url: str, tmp_path: Path) -> None:
    """The file appears whole or not at all."""
    with pytest.raises(StorageError, match="cannot be reached: InvalidCatalogNameError"):
        await backup(filled_url.replace("/test_", "/missing_"), tmp_path / "file")
    with pytest.raises(StorageError, match="cannot be written"):
        await backup(filled_url, tmp_path / "no" / "folder" / "file")
    assert names_in(tmp_path) == []


async def test_a_backup_is_one_moment_while_others_write(filled_url: str, tmp_path: Path) -> None:
    """Manifest and dump come from one snapshot, so that verifying holds for a busy database too."""
    done = anyio.Event()

    async def write() -> None:
        connection = await asyncpg.connect(libpq_dsn(filled_url))
        while not done.is_set():
            await connection.execute("insert into duty (person, span) values ('pgy1-01', 'empty')")
        await connection.close()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(write)
        taken = await backup(filled_url, tmp_path / "file")
        done.set()
    assert (await holds(filled_url))["public.duty"].rows > taken.tables["public.duty"].rows
    await restore(filled_url, tmp_path / "file", force=True)
    assert await holds(filled_url) == taken.tables


@pytest.mark.parametrize("damage", ["truncated", "flipped", "not a backup", "another format"])
async def test_a_damaged_file_is_refused_before_anything_changes(filled_url: str, tmp_path: Path, damage: str) -> None:
    """Each kind of damage gives one clear line, and the database is as before, even when forced."""
    file = tmp_path / "file"
    await backup(filled_url, file)
    whole = file.read_bytes()
    if damage == "truncated":
        file.write_bytes(whole[: len(whole) // 2])
    elif damage == "flipped":
        file.write_bytes(whole[:400] + bytes([whole[400] ^ 1]) + whole[401:])
    elif damage == "not a backup":
        file.write_text("hello")
    else:
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr(MANIFEST, '{"format": 99}')
    before = await holds(filled_url)
    with pytest.raises(StorageError, match=r"damaged|not a whole backup"):
        await restore(filled_url, file, force=True)
    assert await holds(filled_url) == before


async def test_a_restore_that_would_differ_from_its_manifest_changes_nothing(filled_url: str, tmp_path: Path) -> None:
    """The check runs inside the restoring transaction: a mismatch leaves the database as it was."""
    file = tmp_path / "file"
    await backup(filled_url, file)
    with zipfile.ZipFile(file) as archive:
        dump, manifest = archive.read(DUMP), archive.read(MANIFEST).decode()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(DUMP, dump)
        archive.writestr(MANIFEST, manifest.replace('"rows": 500', '"rows": 501'))
    await run(filled_url, "delete from duty where id > 10")
    before = await holds(filled_url)
    with pytest.raises(StorageError, match=r"restored table public\.duty differs"):
        await restore(filled_url, file, force=True)
    assert await holds(filled_url) == before


async def test_a_backup_of_a_newer_housestaff_is_refused(filled_url: str, tmp_path: Path) -> None:
    """A revision this code has never heard of is not restored."""
    await run(filled_url, "update alembic_version set version_num = 'from_the_future'")
    await backup(filled_url, tmp_path / "file")
    assert read_manifest(tmp_path / "file").revisions == ("from_the_future",)
    with pytest.raises(StorageError, match="newer housestaff"):
        await restore(filled_url, tmp_path / "file", force=True)


def test_a_password_is_never_an_argument() -> None:
    """Arguments are visible to every user of a machine; the environment is not."""
    address, secrets = split_password("postgresql://u:p%40ss@h:5433/d?sslmode=require")
    assert address == "postgresql://u@h:5433/d?sslmode=require"
    assert secrets == {"PGPASSWORD": "p@ss"}
    address, secrets = split_password("postgresql://u@/d?host=/run/a b&password=x")
    assert address == "postgresql://u@/d?host=/run/a%20b"
    assert secrets == {"PGPASSWORD": "x"}


async def test_a_failing_program_says_its_first_error(postgres_url: str) -> None:
    """One line, not a page."""
    with pytest.raises(StorageError, match=r'psql failed: .*column "nothing" does not exist$'):
        await run_program("psql", "--command=select nothing", dsn=libpq_dsn(postgres_url))

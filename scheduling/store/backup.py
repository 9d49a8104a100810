"""Back a database up into one file and restore it, also into a newer PostgreSQL.

The file is a zip of two members: `database.dump`, a logical dump in pg_dump's custom format, and `manifest.json`, which
says what the dump must contain. Both are taken from one snapshot, while others go on writing.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

import asyncpg
from anyio import to_thread

from scheduling.store.client_programs import run_program
from scheduling.store.database import libpq_dsn
from scheduling.store.errors import StorageError
from scheduling.store.fingerprint import SETTINGS, TABLES, TableContent, content_query, contents
from scheduling.store.migrate import known_revisions, refuse_newer

FORMAT = 1
DUMP = "database.dump"
MANIFEST = "manifest.json"
REVISIONS = "public.alembic_version"
FIRST_WITH_TRANSACTION_TIMEOUT = 17


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup contains: when it was taken, from which PostgreSQL, at which revision, and every table's content."""

    taken_at: str
    postgresql: str
    revisions: tuple[str, ...]
    tables: dict[str, TableContent]

    def as_json(self) -> str:
        """Text for the file's manifest."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `as_json` wrote; raises ValueError, KeyError or TypeError for anything else."""
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ValueError(FORMAT)
        tables = {name: TableContent(**content) for name, content in found["tables"].items()}
        return cls(found["taken_at"], found["postgresql"], tuple(found["revisions"]), tables)


async def backup(url: str, file: Path) -> Manifest:
    """Write everything the database at `url` holds to `file`, which appears whole or not at all.

    Raises StorageError when the file is there already or the dump fails.
    """
    _refuse_existing(file)
    with _workshop_beside(file) as work:
        manifest = await _dump(url, work / DUMP)
        await to_thread.run_sync(_pack, work, manifest, file)
    return manifest


async def restore(url: str, file: Path, *, force: bool = False) -> Manifest:
    """Replace the database at `url` by what `file` holds, wholly and verified, or leave it as it was.

    Raises StorageError when the file is damaged or from a newer housestaff, or the database holds data and not `force`.
    """
    manifest = read_manifest(file)
    refuse_newer(set(manifest.revisions), known_revisions())
    async with _connected(url) as connection:
        major = connection.get_server_version().major
        if not force and await _holds_data(connection):
            raise StorageError(
                "the database holds data already", hint="restore into an empty one, or force it to be replaced"
            )
    with tempfile.TemporaryDirectory(prefix="housestaff-restore-") as folder:
        work = Path(folder)
        await to_thread.run_sync(_unpack, file, work)
        script = work / "restore.sql"
        await run_program("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", work / DUMP)
        await to_thread.run_sync(_frame, work, manifest, major)
        steps = [f"--file={work / name}" for name in ("clear.sql", "restore.sql", "verify.sql")]
        quietly = ("--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", "--single-transaction")
        await run_program("psql", *quietly, *steps, dsn=libpq_dsn(url))
    return manifest


def read_manifest(file: Path) -> Manifest:
    """Say what a backup contains; raises StorageError when it is not one, or is damaged."""
    try:
        with zipfile.ZipFile(file) as archive:
            if archive.testzip() is not None:
                raise StorageError(f"{file.name} is damaged", hint="use another copy of the backup")
            return Manifest.from_json(archive.read(MANIFEST).decode())
    except OSError as error:
        raise StorageError(f"{file} cannot be read: {error.strerror}", hint="give another path") from error
    except (zipfile.BadZipFile, KeyError, TypeError, ValueError) as error:
        raise StorageError(
            f"{file.name} is not a whole backup of housestaff", hint="give a file that `housestaff backup` wrote"
        ) from error


@contextlib.contextmanager
def _workshop_beside(file: Path) -> Iterator[Path]:
    """Give a private folder on the file's own file system, so that the finished file only needs a new name."""
    try:
        folder = tempfile.TemporaryDirectory(dir=file.absolute().parent, prefix=".backup-")
    except OSError as error:
        raise StorageError(f"{file} cannot be written: {error.strerror}", hint="give another path") from error
    with folder as work:
        yield Path(work)


@contextlib.asynccontextmanager
async def _connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    try:
        connection = await asyncpg.connect(libpq_dsn(url))
    except (OSError, asyncpg.PostgresError) as error:
        raise StorageError(f"the database cannot be reached: {type(error).__name__}") from error
    try:
        yield connection
    finally:
        await connection.close()


async def _dump(url: str, file: Path) -> Manifest:
    async with _connected(url) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        snapshot = await connection.fetchval("select pg_export_snapshot()")
        tables = await contents(connection)
        revisions = await connection.fetch(f"select version_num from {REVISIONS}") if REVISIONS in tables else []  # noqa: S608 - a constant
        wanted = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={file}")
        await run_program("pg_dump", *wanted, dsn=libpq_dsn(url))
        version = await connection.fetchval("show server_version")
    taken_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Manifest(taken_at, str(version), tuple(row[0] for row in revisions), tables)


async def _holds_data(connection: asyncpg.Connection) -> bool:
    """Whether anything would be lost: tables of strangers, or rows in ours beside the mere fact of migration."""
    tables = [row[0] for row in await connection.fetch(TABLES)]
    if tables and REVISIONS not in tables:
        return True
    for table in tables:
        if table != REVISIONS and await connection.fetchval(f"select exists (select from {table})"):  # noqa: S608 - quoted
            return True
    return False


def _pack(work: Path, manifest: Manifest, file: Path) -> None:
    packed = work / "packed"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:  # the dump is compressed already
        archive.write(work / DUMP, DUMP)
        archive.writestr(MANIFEST, manifest.as_json())
    read_manifest(packed)
    packed.chmod(0o600)
    with packed.open("rb") as written:
        os.fsync(written.fileno())
    try:
        file.hardlink_to(packed)  # unlike a rename, a link never replaces what is there
    except FileExistsError:
        _refuse_existing(file)
    except OSError:
        # A file system without links: the check and the move are two steps there.
        _refuse_existing(file)
        packed.rename(file)


def _refuse_existing(file: Path) -> None:
    if file.exists():
        raise StorageError(f"{file} is there already", hint="a backup never overwrites a file; give another name")


def _unpack(file: Path, work: Path) -> None:
    with zipfile.ZipFile(file) as archive, archive.open(DUMP) as packed, (work / DUMP).open("wb") as dump:
        shutil.copyfileobj(packed, dump)


def _frame(work: Path, manifest: Manifest, major: int) -> None:
    """Write what comes before the dump's own script and after it: all of it runs as one transaction."""
    schemas = sorted({"public", *(table.split(".")[0] for table in manifest.tables)})
    clear = [*(f"drop schema if exists {schema} cascade;" for schema in schemas), "create schema public;"]
    (work / "clear.sql").write_text("\n".join([*clear, "grant usage on schema public to public;"]))
    checks = [f"{setting};" for setting in SETTINGS]
    for table, content in manifest.tables.items():
        expected = f"({content.rows}::bigint, '{content.digest}'::text)"
        found = f"({content_query(table)}) found (n, digest)"
        wrong = f"exists (select from {found} where (n, digest) is distinct from {expected})"  # noqa: S608 - own SQL
        complaint = f"the restored table {table} differs from the backup"
        checks.append(f"do $check$ begin if {wrong} then raise $say${complaint}$say$; end if; end $check$;")
    (work / "verify.sql").write_text("\n".join(checks))
    if major < FIRST_WITH_TRANSACTION_TIMEOUT:
        _blank(work / "restore.sql", b"SET transaction_timeout = 0;")


def _blank(script: Path, statement: bytes) -> None:
    """Take a statement the older server does not know out of the script's first lines."""
    with script.open("r+b") as opened:
        head = opened.read(4096)
        opened.seek(0)
        opened.write(head.replace(statement, b" " * len(statement)))

"""Bring a database to the form this code expects: Alembic's migrations, run under one lock for all processes.

Migrations are the numbered files in `migrations/versions/`; they are found beside this module, also in an installed
package, and need no configuration file.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncEngine

from scheduling.store.errors import StorageError

MIGRATIONS = Path(__file__).parent / "migrations"
OLDEST_POSTGRESQL = 15
LOCK = 0x686F7573655F7374  # "house_st": every process that migrates asks for this advisory lock


async def migrate(engine: AsyncEngine, *, versions: Path | None = None) -> str | None:
    """Upgrade to the newest revision and return it; raises StorageError for a database this code cannot read.

    `versions` names another folder of migrations.
    """
    async with engine.connect() as connection:
        await connection.run_sync(_require_postgresql)
        await connection.execute(text("select pg_advisory_lock(:key)"), {"key": LOCK})
        try:
            await connection.commit()
            revision = await connection.run_sync(_upgrade, _config(versions))
            await connection.commit()
        finally:
            await connection.rollback()
            await connection.execute(text("select pg_advisory_unlock(:key)"), {"key": LOCK})
            await connection.commit()
    return revision


def known_revisions(versions: Path | None = None) -> frozenset[str]:
    """Every revision this code can bring a database to."""
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config(versions)).walk_revisions())


async def pending(engine: AsyncEngine) -> tuple[str | None, str | None]:
    """The revision a database stands at (None when it is empty), and the newest this code knows; nothing is changed."""
    async with engine.connect() as connection:
        stored = await connection.run_sync(lambda sync: MigrationContext.configure(sync).get_current_revision())
    return stored, ScriptDirectory.from_config(_config(None)).get_current_head()


def refuse_newer(stored: set[str], known: frozenset[str]) -> None:
    """Raise StorageError when something holds a revision that this code has never heard of."""
    if unknown := sorted(stored - known):
        raise StorageError(
            f"the database was written by a newer housestaff (revision {', '.join(unknown)})",
            hint="upgrade housestaff, or restore a backup made with this version into an empty database",
        )


def _config(versions: Path | None) -> Config:
    config = Config()
    config.set_main_option("script_location", _escaped(MIGRATIONS))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("version_locations", _escaped(versions or MIGRATIONS / "versions"))
    return config


def _escaped(path: Path) -> str:
    return str(path).replace("%", "%%")


def _upgrade(connection: Connection, config: Config) -> str | None:
    scripts = ScriptDirectory.from_config(config)
    stored = set(MigrationContext.configure(connection).get_current_heads())
    refuse_newer(stored, frozenset(script.revision for script in scripts.walk_revisions()))
    head = scripts.get_current_head()
    if head is not None and stored != {head}:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return head


def _require_postgresql(connection: Connection) -> None:
    major = int(connection.execute(text("show server_version_num")).scalar_one()) // 10000
    if major < OLDEST_POSTGRESQL:
        raise StorageError(
            f"the database is PostgreSQL {major}; housestaff needs {OLDEST_POSTGRESQL} or newer",
            hint="upgrade that server, or unset DATABASE_URL to use the embedded one",
        )

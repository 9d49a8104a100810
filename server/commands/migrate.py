"""`housestaff migrate`: bring the database to this version, with a way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import anyio
import typer

from scheduling.services.named_file import check_writable, writing
from scheduling.store.backup import backup
from scheduling.store.database import Database, prepare
from scheduling.store.migrate import pending
from server.commands.local import now
from server.commands.located import located
from server.commands.printing import say
from server.settings import Settings, read_settings


def run(
    file: Annotated[
        Path | None, typer.Option("--backup", help="Where the backup goes; default: the data directory.")
    ] = None,
) -> None:
    """Back the database up, then migrate it; does nothing when it is current."""
    say(anyio.run(_migrate, read_settings(os.environ), file))


async def _migrate(settings: Settings, file: Path | None) -> str:
    async with located(settings) as url:
        database = Database(url, pooled=False)
        try:
            before, after = await pending(database.engine)
        finally:
            await database.dispose()
        if before == after:
            return f"the database is current (revision {after})"
        kept = ""
        if before is not None:
            target = file or settings.home / "backups" / f"before-{after}-{now():%Y%m%d-%H%M%S}.zip"
            with writing("backup"):
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            check_writable(target, "backup")
            await backup(url, target)
            kept = f"; the backup of before is {target}"
        await prepare(url)
    return f"migrated from {before or 'nothing'} to {after}{kept}"

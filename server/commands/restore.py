"""`housestaff restore`: the database as a backup holds it, wholly or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import anyio
import typer

from scheduling.services.named_file import check_readable
from scheduling.store.backup import read_manifest, restore
from scheduling.store.database import open_database
from server.commands.located import located
from server.commands.printing import say
from server.settings import read_settings


def run(
    file: Annotated[Path, typer.Argument(help="A file that `housestaff backup` wrote.")],
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a database that holds data.")] = False,
) -> None:
    """Replace everything by what FILE holds; a database with data needs --force."""
    check_readable(file)
    settings = read_settings(os.environ)
    read_manifest(file)

    async def main() -> int:
        async with located(settings) as url:
            manifest = await restore(url, file, force=force)
        # Opening it brings an older backup to this version.
        async with open_database(settings.database_url, home=settings.home):
            return sum(content.rows for content in manifest.tables.values())

    say(f"restored {anyio.run(main)} rows from {file}")

"""`housestaff backup`: everything the database holds, in one file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduling.services.named_file import check_writable
from scheduling.store.audit import SERVER
from scheduling.store.backup import Manifest, backup
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit_json, say


def run(file: Annotated[Path, typer.Argument(help="A new file.")], *, as_json: AsJson = False) -> None:
    """Write everything to FILE, taken from one moment while others go on working."""

    async def take(desk: Desk) -> Manifest:
        await desk.require_administrator(SERVER)
        check_writable(file, new=True)
        return await backup(desk.database.url, file)

    manifest = at_desk(take)
    rows = sum(content.rows for content in manifest.tables.values())
    if as_json:
        emit_json({"file": str(file), "taken_at": manifest.taken_at, "tables": len(manifest.tables), "rows": rows})
    else:
        say(f"{file}: {rows} rows of {len(manifest.tables)} tables, {file.stat().st_size / 1024:.0f} kB")

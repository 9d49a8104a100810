"""`housestaff audit`: prove the trail, or take it away for somebody else to prove."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, TextIO

import typer
from sqlalchemy import select

from auth.scopes import Scope
from scheduling.model.errors import ConflictError
from scheduling.services.named_file import check_writable, create
from scheduling.store import audit
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, remark

app = typer.Typer(rich_markup_mode=None)

ProgramName = Annotated[str | None, typer.Option("--program", help="Slug, or '-' for calls outside any; default: all.")]


@app.command("verify")
def verify(program: ProgramName = None, *, as_json: AsJson = False) -> None:
    """Walk every chain from its start; fails at the first that is broken."""

    async def walk(desk: Desk) -> list[audit.Verdict]:
        async with desk.database.session() as session:
            return [await audit.verify(session, chain) for chain in await _chains(desk, program)]

    verdicts = at_desk(walk)
    rows: list[dict[str, object]] = [
        {"program": v.program, "links": v.links, "broken": v.broken, "reason": v.reason} for v in verdicts
    ]
    emit(rows, as_json=as_json, empty="the trail is empty: nobody has called yet")
    if broken := [v for v in verdicts if v.broken is not None]:
        first = broken[0]
        raise ConflictError(
            f"the trail of {first.program} is broken at link {first.broken}: {first.reason}",
            hint="compare with an export or a backup taken before",
        )


@app.command("export")
def export(
    file: Annotated[Path, typer.Argument(help="Where to write; '-' for standard output.")],
    program: ProgramName = None,
) -> None:
    """Write the trail as JSON lines, hashes included."""
    if str(file) != "-":
        check_writable(file, new=True)

    async def write(desk: Desk) -> int:
        chains = await _chains(desk, program)
        if str(file) == "-":
            return await _write(desk, chains, sys.stdout)
        with create(file) as opened:
            return await _write(desk, chains, opened)

    remark(f"{at_desk(write)} links written")


async def _chains(desk: Desk, program: str | None) -> list[str]:
    async with desk.database.session() as session:
        known = await audit.programs(session)
    if program is None:
        await desk.require_administrator(audit.SERVER)
        return known
    if program == audit.SERVER:
        await desk.require_administrator(program)
    else:
        await desk.enter(program, Scope.AUDIT_READ)
    return [program]


async def _write(desk: Desk, chains: list[str], out: TextIO) -> int:
    count = 0
    async with desk.database.session() as session:
        for chain in chains:
            rows = await session.stream_scalars(
                select(audit.AuditRow).where(audit.AuditRow.program == chain).order_by(audit.AuditRow.seq)
            )
            async for row in rows:
                link = {**json.loads(row.entry().body()), "seq": row.seq, "hash": row.hash.hex()}
                out.write(audit.canonical(link) + "\n")
                count += 1
    return count

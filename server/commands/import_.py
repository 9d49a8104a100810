"""`housestaff import`: a program's year from a folder of CSV files or a workbook, or a block that was edited in one."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scheduling.services.importing.import_year import DEFAULT_ZONE, import_folder
from scheduling.services.importing.report import EdgeKind, ImportReport
from scheduling.services.named_file import check_readable
from scheduling.store.audit import SERVER
from server.commands.import_workbook import import_block, sign_of, unpacked
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit_json, remark, say


def run(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER|FILE", help="A folder of CSV files, or a workbook.")],
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: the folder's name.")] = None,
    zone: Annotated[str | None, typer.Option("--zone", help="IANA time zone; default for a new program: UTC.")] = None,
    overrides: Annotated[
        str | None,
        typer.Option("--overrides", metavar="REASON", help="Take an edited block as overrides, for this reason."),
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Import a year: one transaction, every block published as its first version, every edge named.

    A block's workbook that was edited becomes a draft instead, or overrides with --overrides REASON.
    """
    check_readable(folder, "FOLDER", folder=True)
    if folder.is_dir():
        _import(folder, program or folder.resolve().name, zone, as_json=as_json)
        return
    sign = sign_of(folder)
    if sign.kind == "block":
        import_block(folder, sign, program, overrides=overrides, as_json=as_json)
        return
    with unpacked(folder) as unfolded:
        _import(unfolded, program or sign.program, zone, as_json=as_json)


def _import(folder: Path, slug: str, zone: str | None, *, as_json: bool) -> None:

    async def act(desk: Desk) -> ImportReport:
        known = await desk.programs.rights()
        await desk.require_administrator(slug if slug in known else SERVER)
        async with desk.unit(desk.trail("import", slug, zone=zone)) as unit:
            return await import_folder(unit, folder, slug, zone)

    report = at_desk(act)
    if as_json:
        emit_json(report.as_dict())
        return
    say(report.headline())
    if report.zone_assumed:
        remark(f"no zone was named: {DEFAULT_ZONE} is taken; import again with --zone to change it")
    for kind in EdgeKind:
        edges = [e for e in report.edges if e.kind is kind]
        if edges:
            say(f"\n{kind.replace('_', ' ')} ({len(edges)})")
            for edge in edges:
                say(f"  {edge.text}")

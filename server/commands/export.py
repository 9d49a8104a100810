"""`housestaff export`: the year's input, or a block as workbook, CSV or a page to print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from auth.scopes import Scope
from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, academic_year
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.services.exchange.block_csv import write_block_csv
from scheduling.services.exchange.block_grid import BlockGrid, grid_of
from scheduling.services.exchange.block_page import write_block_page
from scheduling.services.exchange.block_workbook import write_block_workbook
from scheduling.services.exchange.stored_year import stored_year
from scheduling.services.exchange.year_workbook import write_year_workbook
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput
from scheduling.services.named_file import check_writable, writing
from server.commands.local import Desk, at_desk
from server.commands.printing import say

_BLOCK_FORMS = (".xlsx", ".csv", ".html")


def run(
    file: Annotated[
        Path, typer.Argument(help="Where to write: .xlsx, .csv or .html; a folder for the year's CSV files.")
    ],
    block: Annotated[
        str | None, typer.Option("--block", help="This block, such as 2025/10; else the year's input.")
    ] = None,
    version: Annotated[
        str | None, typer.Option("--version", help="This version of a block rather than the live one.")
    ] = None,
    year: Annotated[int | None, typer.Option("--year", help="Academic year of the input; default: today's.")] = None,
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Write over what is there.")] = False,
) -> None:
    """Write the program's data to a file; what comes back by `housestaff import` unchanged changes nothing."""
    if file.suffix:
        check_writable(file)
    with writing():
        there = file.exists()
    if there and not force:
        raise InvalidError("FILE", "is there already", hint="give another name, or --force")
    if block is None and version is None:
        source, slug = at_desk(lambda desk: _year(desk, year, program))
        _write_year(file, source, slug)
        return
    if file.suffix not in _BLOCK_FORMS:
        raise InvalidError("FILE", "a block is written in another form", valid=_BLOCK_FORMS)
    grid, catalogue = at_desk(lambda desk: _block(desk, block, version, program))
    match file.suffix:
        case ".csv":
            content = write_block_csv(grid)
        case ".xlsx":
            content = write_block_workbook(grid, catalogue)
        case _:
            content = write_block_page(grid, catalogue)
    with writing():
        file.write_bytes(content)
    say(f"{file}: block {grid.block.ref}, {len(grid.held)} assignments of version {grid.version[:12]}")


def _write_year(file: Path, source: YearInput, slug: str) -> None:
    if file.suffix == ".xlsx":
        content = write_year_workbook(source, slug)
        with writing():
            file.write_bytes(content)
    elif not file.suffix:
        if file.is_file():
            raise InvalidError("FILE", "is a file, not a folder", hint="end the name in .xlsx, or give another one")
        with writing():
            write_folder(source, file)
    else:
        raise InvalidError("FILE", "a year is written as .xlsx or as a folder of CSV files")
    say(f"{file}: the input of AY{source.year}, {len(source.people)} people, {len(source.calls)} calls")


async def _year(desk: Desk, year: int | None, program: str | None) -> tuple[YearInput, str]:
    access = await desk.enter(program, Scope.SCHEDULE_READ, Scope.PEOPLE_NAMES, Scope.PEOPLE_ABSENCE)
    async with desk.unit(desk.trail("export", access.program, year=year)) as unit:
        today = (await unit.program(access.program)).clock.today()
        chosen = year if year is not None else academic_year(today)
        return await stored_year(unit, access.program, chosen), access.program


async def _block(
    desk: Desk, block: str | None, version: str | None, program: str | None
) -> tuple[BlockGrid, Catalogue]:
    access = await desk.enter(program, Scope.SCHEDULE_READ)
    async with desk.unit(desk.trail("export", access.program, block=block, version=version)) as unit:
        calendar = (await unit.program(access.program)).calendar
        chosen = await unit.versions.find(access.program, version) if version else None
        ref = chosen.block.ref if chosen else BlockRef.parse(block or "")
        at = {ref: chosen.hash} if chosen else None
        roster = await unit.roster(access.program, calendar.block(ref).window, at=at, margin=0)
    if ref not in roster.versions:
        raise NotFoundError("live version of block", str(ref), hint="name one with --version")
    names = access.may(Scope.PEOPLE_NAMES)
    return grid_of(roster, calendar.block(ref), names=names), roster.catalogue

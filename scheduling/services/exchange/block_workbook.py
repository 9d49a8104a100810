"""A block as a workbook in the coordinator's layout: to be read, printed, edited and brought back."""

from __future__ import annotations

import io

from openpyxl import Workbook
from openpyxl.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import FRIDAY
from scheduling.model.part import Part, Slot
from scheduling.services.exchange.block_grid import BlockGrid, NightRow, PersonRow
from scheduling.services.exchange.block_look import (
    COUNTED,
    FIRST_COLUMN,
    HEADER,
    NIGHTS,
    add_behaviour,
    add_look,
    column_of,
)
from scheduling.services.exchange.workbook_sign import Sign, write_sign

BASE = "base"
_BOLD, _SMALL = Font(bold=True), Font(size=8)
_MIDDLE = Alignment(horizontal="center", vertical="center")
_EDGE = Border(left=Side(style="thin", color="999999"))
_WEEKEND = PatternFill("solid", fgColor="E6E6E6")
_GAP = PatternFill("solid", fgColor="FF5050")
_HEAD = PatternFill("solid", fgColor="D9E2EC")


def write_block_workbook(grid: BlockGrid, catalogue: Catalogue) -> bytes:
    """The workbook: one visible sheet, and hidden ones with lists to choose from, what was exported, and from where."""
    book = Workbook()
    sheet = book[book.sheetnames[0]]
    sheet.title = f"block {grid.block.ref.year}-{grid.block.ref.number}"
    _head(sheet, grid)
    row = HEADER + 1
    for night in grid.nights:
        _night(sheet, row, grid, night)
        row += 1
    first = row
    for title, people in grid.groups:
        sheet.cell(row, 2, title).font = _BOLD
        sheet.cell(row, 2).fill = _HEAD
        row += 1
        for person in people:
            _person(sheet, row, grid, person)
            row += 1
    _counts(sheet, row + 1, first, row - 1, grid, catalogue)
    add_behaviour(book, sheet, grid, catalogue, (first, row - 1))
    add_look(sheet, grid)
    base = book.create_sheet(BASE)
    for (person_id, slot), code in sorted(grid.held.items()):
        base.append([person_id, slot.date.isoformat(), slot.part.name, code])
    base.sheet_state = "veryHidden"
    write_sign(book, Sign("block", grid.program, str(grid.block.ref), grid.version, str(grid.overlay)))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _head(sheet: Worksheet, grid: BlockGrid) -> None:
    block = grid.block
    sheet.cell(1, 2, f"{grid.program}: block {block.ref}, {block.start} to {block.end}").font = Font(bold=True, size=14)
    sheet.cell(2, 2, f"version {grid.version[:12]}, overlay {grid.overlay}").font = _SMALL
    sheet.cell(HEADER, 2, "person").font = _BOLD
    sheet.cell(HEADER, 3, "role").font = _BOLD
    for day, date in enumerate(grid.dates):
        left, right = column_of(day, Part.AM), column_of(day, Part.PM)
        sheet.merge_cells(start_row=HEADER - 1, end_row=HEADER - 1, start_column=left, end_column=right)
        top = _cell(sheet, HEADER - 1, left, f"{date:%a} {date.day} {date:%b}")
        top.font = _BOLD
        for column, name in ((left, "AM"), (right, "PM")):
            _cell(sheet, HEADER, column, name).font = _SMALL
        for column in (left, right) if date.isoweekday() > FRIDAY else ():
            sheet.cell(HEADER, column).fill = _WEEKEND
    for place, code in enumerate((*COUNTED, NIGHTS)):
        _cell(sheet, HEADER, column_of(len(grid.dates), Part.AM) + place, code).font = _BOLD


def _night(sheet: Worksheet, row: int, grid: BlockGrid, night: NightRow) -> None:
    sheet.cell(row, 1, night.id)
    sheet.cell(row, 2, night.title).font = _BOLD
    sheet.cell(row, 3, night.code)
    for day, person in enumerate(night.people):
        left = column_of(day, Part.AM)
        sheet.merge_cells(start_row=row, end_row=row, start_column=left, end_column=left + 1)
        cell = _cell(sheet, row, left, person)
        slot = Slot(grid.dates[day], Part.NIGHT)
        if person is not None and (covered := grid.covers.get((person, slot))):
            cell.comment = Comment(f"covers {covered}", "housestaff")
        if person is None and night.rank == 1 and (gone := _gone(grid, slot, night.code)):
            cell.fill = _GAP
            cell.comment = Comment(f"gap: {gone}", "housestaff")


def _gone(grid: BlockGrid, slot: Slot, code: str) -> str | None:
    return next((person for (person, at), held in grid.gaps.items() if at == slot and held == code), None)


def _person(sheet: Worksheet, row: int, grid: BlockGrid, person: PersonRow) -> None:
    sheet.cell(row, 1, person.id)
    sheet.cell(row, 2, person.label).data_type = "s"
    sheet.cell(row, 3, person.role).font = _SMALL
    for day, date in enumerate(grid.dates):
        for part in (Part.AM, Part.PM):
            key = (person.person, Slot(date, part))
            cell = _cell(sheet, row, column_of(day, part), grid.held.get(key))
            if covered := grid.covers.get(key):
                cell.comment = Comment(f"covers {covered}", "housestaff")
            elif key in grid.gaps and cell.value is None:
                cell.fill = _GAP
                cell.comment = Comment(f"gap: {grid.gaps[key]}", "housestaff")
    last = column_of(len(grid.dates), Part.AM)
    span = f"{get_column_letter(FIRST_COLUMN)}{row}:{get_column_letter(last - 1)}{row}"
    for place, code in enumerate(COUNTED):
        _cell(sheet, row, last + place, f'=COUNTIF({span},"{code}")')
    nights = f"{get_column_letter(FIRST_COLUMN)}${HEADER + 1}:{get_column_letter(last - 1)}${HEADER + len(grid.nights)}"
    _cell(sheet, row, last + len(COUNTED), f'=COUNTIF({nights},"{person.person}")')


def _counts(sheet: Worksheet, row: int, first: int, last: int, grid: BlockGrid, catalogue: Catalogue) -> None:
    """How many are in each counted activity, half-day by half-day, as formulas that follow an edit."""
    for place, code in enumerate(code for code in COUNTED if code in catalogue):
        sheet.cell(row + place, 2, f"in {code}").font = _BOLD
        for day in range(len(grid.dates)):
            for part in (Part.AM, Part.PM):
                column = column_of(day, part)
                letter = get_column_letter(column)
                _cell(sheet, row + place, column, f'=COUNTIF({letter}{first}:{letter}{last},"{code}")').font = _SMALL


def _cell(sheet: Worksheet, row: int, column: int, value: str | None) -> Cell:
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    cell.value = value
    cell.alignment = _MIDDLE
    if (column - FIRST_COLUMN) % 2 == 0:
        cell.border = _EDGE
    return cell

"""Where things stand on a block's sheet, how it looks, and how it behaves while it is edited."""

from __future__ import annotations

from itertools import zip_longest

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from scheduling.model.activity import Catalogue
from scheduling.model.part import Part
from scheduling.services.exchange.block_grid import BlockGrid
from scheduling.services.exchange.colours import colours

LISTS = "lists"
FIRST_COLUMN = 4
"""The first half-day's column; before it the hidden id, the label and the role."""
HEADER = 4
COUNTED = ("C", "AT")
NIGHTS = "nights"


def column_of(day: int, part: Part) -> int:
    """The sheet column of a half-day, by the day of the block from 0; a night stands over its date's AM and PM."""
    return FIRST_COLUMN + 2 * day + (1 if part is Part.PM else 0)


def add_behaviour(
    book: Workbook, sheet: Worksheet, grid: BlockGrid, catalogue: Catalogue, rows: tuple[int, int]
) -> None:
    """Lists to choose from, and colours that follow the codes; `rows` are the first and last of the people's."""
    first, last = rows
    lists = book.create_sheet(LISTS)
    people = sorted(row.person for _, group in grid.groups for row in group)
    for code, person in zip_longest(catalogue.codes, people):
        lists.append([code, person])
    lists.sheet_state = "hidden"
    left = get_column_letter(FIRST_COLUMN)
    right = get_column_letter(column_of(len(grid.dates), Part.AM) - 1)
    cells, nights = f"{left}{first}:{right}{last}", f"{left}{HEADER + 1}:{right}{first - 1}"
    for column, count, area in (("A", len(catalogue), cells), ("B", len(people), nights)):
        choice = DataValidation("list", formula1=f"{LISTS}!${column}$1:${column}${count}", allow_blank=True)
        choice.showErrorMessage = False  # reading back says more than a spreadsheet can
        sheet.add_data_validation(choice)
        choice.add(area)
    for code, colour in colours(catalogue).items():
        sheet.conditional_formatting.add(cells, _when(code, colour))


def _when(code: str, colour: str) -> Rule:
    fill = PatternFill("solid", bgColor=colour, fgColor=colour)
    return Rule(type="cellIs", operator="equal", formula=[f'"{code}"'], dxf=DifferentialStyle(fill=fill))


def add_look(sheet: Worksheet, grid: BlockGrid) -> None:
    """Widths, panes that stay, and a page to print."""
    sheet.column_dimensions["A"].hidden = True
    sheet.column_dimensions["B"].width = 20
    sheet.column_dimensions["C"].width = 9
    for column in range(FIRST_COLUMN, column_of(len(grid.dates), Part.AM) + len(COUNTED) + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 6
    sheet.freeze_panes = f"{get_column_letter(FIRST_COLUMN)}{HEADER + 1}"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = 8  # A3
    sheet.page_setup.fitToHeight = 1
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_cols = "B:C"
    sheet.print_title_rows = f"{HEADER - 1}:{HEADER}"

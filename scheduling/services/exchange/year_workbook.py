"""The year's input as one workbook: a sheet for each file of the import folder, cell by cell the same."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font

from scheduling.services.exchange.open_workbook import open_workbook
from scheduling.services.exchange.workbook_sign import Sign, write_sign
from scheduling.services.importing.layout import LAYOUTS
from scheduling.services.importing.problems import Problems
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput

_WIDEST = 40


def write_year_workbook(source: YearInput, program: str) -> bytes:
    """The workbook; everything is text, so that no program takes an id or a date for something else."""
    book = Workbook()
    del book[book.sheetnames[0]]
    with tempfile.TemporaryDirectory() as folder:
        write_folder(source, Path(folder))
        for layout in LAYOUTS:
            if layout.may_lack and not (Path(folder) / layout.file).exists():
                continue
            sheet = book.create_sheet(layout.file.removesuffix(".csv"))
            text = (Path(folder) / layout.file).read_text("utf-8")
            rows = list(csv.reader(io.StringIO(text)))
            for number, row in enumerate(rows, 1):
                for column, value in enumerate(row, 1):
                    if value:
                        cell = sheet.cell(number, column, value)
                        cell.data_type = "s"
                        cell.number_format = "@"
            for column in range(1, len(rows[0]) + 1):
                sheet.cell(1, column).font = Font(bold=True)
                longest = max(len(row[column - 1]) for row in rows)
                sheet.column_dimensions[sheet.cell(1, column).column_letter].width = min(longest + 2, _WIDEST)
            sheet.freeze_panes = "A2"
    write_sign(book, Sign("year", program, str(source.year)))
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def unpack_year_workbook(file: Path, folder: Path) -> None:
    """Write the workbook's sheets as the files of an import folder, which reading then checks row by row.

    Row numbers stay those of the sheets. ImportRefusedError names every missing sheet; a formula is its last value.
    """
    book = open_workbook(file)
    problems = Problems()
    for layout in LAYOUTS:
        name = layout.file.removesuffix(".csv")
        if name not in book.sheetnames:
            if layout.may_lack:
                continue
            problems.add(layout.file, 1, layout.required[0], f"the workbook has no sheet {name}")
            continue
        with (folder / layout.file).open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            rows = list(book[name].iter_rows(values_only=True))
            width = max((n + 1 for row in rows[:1] for n, value in enumerate(row) if value is not None), default=0)
            for row in rows:
                written = [_text(value) for value in row]
                extra = max((n + 1 for n, value in enumerate(written) if value), default=0)
                writer.writerow(written[: max(width, extra)])
    problems.refuse()


def _text(value: object) -> str:
    """A cell as CSV holds it, also where a spreadsheet made a date or a number of it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    isoformat = getattr(value, "isoformat", None)
    return str(isoformat())[:10] if isoformat is not None else str(value).strip()

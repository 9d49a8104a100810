"""The hidden sheet that says what a workbook is: which program, which block, made from which version and overlay."""

from __future__ import annotations

from dataclasses import dataclass, fields

from openpyxl import Workbook

from scheduling.model.errors import InvalidError

SHEET = "housestaff"
FORMAT = "1"


@dataclass(frozen=True, slots=True)
class Sign:
    """`kind` is `year` or `block`; `about` the year or the block; `version` and `overlay` what a block was made from."""

    kind: str
    program: str
    about: str
    version: str = ""
    overlay: str = ""


def write_sign(book: Workbook, sign: Sign) -> None:
    """Add the hidden sheet."""
    sheet = book.create_sheet(SHEET)
    sheet.append(["format", FORMAT])
    for field in fields(Sign):
        sheet.append([field.name, getattr(sign, field.name)])
    sheet.sheet_state = "veryHidden"


def read_sign(book: Workbook) -> Sign:
    """What the workbook says it is; InvalidError where it does not say, or says it in another format."""
    if SHEET not in book.sheetnames:
        raise InvalidError("FILE", "not a workbook that housestaff exported: its hidden sheet is missing")
    rows = {str(row[0]): str(row[1] or "") for row in book[SHEET].iter_rows(values_only=True, max_col=2) if row[0]}
    if rows.get("format") != FORMAT:
        raise InvalidError("FILE", "the workbook was written by another version of housestaff: export it again")
    try:
        return Sign(**{field.name: rows[field.name] for field in fields(Sign)})
    except KeyError:
        raise InvalidError("FILE", "the workbook's hidden sheet is damaged: export it again") from None

"""Read an edited block workbook: what was changed in it since it was exported, or every fault by row and column."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError, NotFoundError, UserError
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.model.program import Program
from scheduling.services.exchange.block_look import FIRST_COLUMN, HEADER, column_of
from scheduling.services.exchange.block_workbook import BASE
from scheduling.services.exchange.open_workbook import open_workbook
from scheduling.services.exchange.workbook_sign import Sign, read_sign
from scheduling.services.importing.problems import Problems

Key = tuple[str, Slot]


@dataclass(frozen=True)
class EditedBlock:
    """What a workbook is, and what was edited in it: changes by slot and person, with the cell each stands in."""

    sign: Sign
    block: BlockRef
    changes: tuple[Change, ...]
    places: Mapping[Key, tuple[str, int, str]]
    """Sheet, row and column of every slot the sheet shows."""


def read_block_workbook(file: Path, program: Program) -> EditedBlock:
    """The edits of a workbook; ImportRefusedError lists every fault, InvalidError says why it is not one of ours."""
    book = open_workbook(file)
    sign = read_sign(book)
    if sign.kind != "block":
        raise InvalidError("FILE", f"the workbook holds a {sign.kind}, not a block")
    if sign.program != program.slug:
        raise InvalidError("FILE", f"the workbook is of another program than {program.slug}")
    block = program.calendar.block(BlockRef.parse(sign.about))
    reader = _Reader(book, program, list(block.window))
    held = reader.read()
    before = _base(book)
    reader.problems.refuse()
    changes = [
        Change(person, slot, before.get((person, slot)), held.get((person, slot)))
        for person, slot in sorted({*before, *held}, key=lambda key: (key[1], key[0]))
        if before.get((person, slot)) != held.get((person, slot))
    ]
    return EditedBlock(sign, block.ref, tuple(changes), reader.places)


def _base(book: Workbook) -> dict[Key, str]:
    if BASE not in book.sheetnames:
        raise InvalidError("FILE", "the workbook's hidden sheets are incomplete: export it again")
    found: dict[Key, str] = {}
    try:
        for person, date, part, code in book[BASE].iter_rows(values_only=True, max_col=4):
            if person is not None:
                found[str(person), Slot(Slot.day(str(date)), Part[str(part)])] = str(code)
    except (KeyError, ValueError, UserError):
        raise InvalidError("FILE", "the workbook's hidden sheets are damaged: export it again") from None
    return found


class _Reader:
    """Reads the visible sheet row by row; every fault is noted and reading goes on."""

    def __init__(self, book: Workbook, program: Program, dates: Sequence[dt.date]) -> None:
        sheet = book.worksheets[0]
        self.sheet: Worksheet = sheet
        self.program = program
        self.dates = dates
        self.problems = Problems()
        self.places: dict[Key, tuple[str, int, str]] = {}
        self._held: dict[Key, str] = {}

    def read(self) -> dict[Key, str]:
        """Every filled cell of the sheet."""
        if not self._head():
            return {}
        seen: set[str] = set()
        for row in range(HEADER + 1, self.sheet.max_row + 1):
            ident = self._text(row, 1)
            if not ident:
                self._strays(row)
                continue
            if ident in seen:
                self._fault(row, 1, "the row stands twice")
            seen.add(ident)
            match ident.split(":"):
                case ["person", person] if person in self.program.by_id:
                    self._person(row, person)
                case ["night", code, _] if code in self.program.catalogue:
                    self._night(row, code)
                case [_, name, *_]:
                    self._fault(row, 1, NotFoundError("row", name, self.program.by_id).message)
                case _:
                    self._fault(row, 1, "the hidden id of the row was changed")
        self._missing(seen)
        return self._held

    def _head(self) -> bool:
        for day, date in enumerate(self.dates):
            column = column_of(day, Part.AM)
            wanted = f"{date:%a} {date.day} {date:%b}"
            if self._text(HEADER - 1, column) != wanted:
                self._fault(HEADER - 1, column, f"must say {wanted}: columns were moved, added or removed")
                return False
        return True

    def _person(self, row: int, person: str) -> None:
        for day, date in enumerate(self.dates):
            for part in (Part.AM, Part.PM):
                column = column_of(day, part)
                code = self._text(row, column)
                self._place(person, Slot(date, part), row, column)
                if code and self._known_code(row, column, code):
                    self._held[person, Slot(date, part)] = code

    def _night(self, row: int, code: str) -> None:
        for day, date in enumerate(self.dates):
            column, slot = column_of(day, Part.AM), Slot(date, Part.NIGHT)
            person = self._text(row, column)
            if not person:
                continue
            if person not in self.program.by_id:
                self._fault(row, column, NotFoundError("person", person, self.program.by_id).message)
            elif (person, slot) in self._held:
                self._fault(row, column, f"{person} holds two activities that night")
            else:
                self._held[person, slot] = code
                self._place(person, slot, row, column)

    def _known_code(self, row: int, column: int, code: str) -> bool:
        if code in self.program.catalogue:
            return True
        self._fault(row, column, NotFoundError("activity", code, self.program.catalogue.codes).message)
        return False

    def _strays(self, row: int) -> None:
        """A row without an id is a heading or a count; an activity typed there would be lost, so it is a fault."""
        for column in range(FIRST_COLUMN, column_of(len(self.dates), Part.AM)):
            if self._text(row, column) in self.program.catalogue:
                self._fault(row, column, "the row has lost its hidden id: copy whole rows, or export again")
                return

    def _missing(self, seen: set[str]) -> None:
        lost = sorted({p for p, slot in self._exported() if f"person:{p}" not in seen and slot.part is not Part.NIGHT})
        for person in lost:
            self._fault(HEADER, 1, f"the row of {person} was removed: empty its cells instead")

    def _exported(self) -> Mapping[Key, str]:
        book = self.sheet.parent
        return _base(book) if isinstance(book, Workbook) else {}

    def _place(self, person: str, slot: Slot, row: int, column: int) -> None:
        self.places[person, slot] = (self.sheet.title, row, get_column_letter(column))

    def _text(self, row: int, column: int) -> str:
        value = self.sheet.cell(row, column).value
        return "" if value is None else str(value).strip()

    def _fault(self, row: int, column: int, message: str) -> None:
        self.problems.add(self.sheet.title, row, get_column_letter(column), message)

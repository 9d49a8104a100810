"""Read one CSV file of the import layout; every fault is noted with its row and column and reading goes on."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

from scheduling.model.duty_record import read_clock
from scheduling.model.errors import NotFoundError, UserError
from scheduling.model.part import Part, Slot
from scheduling.services.importing.layout import Layout
from scheduling.services.importing.problems import Problems
from scheduling.services.named_file import why_unread

E = TypeVar("E", bound=Enum)

_LARGEST = 10_000_000
_MOST = 100


class Row:
    """One row. A getter that finds a fault notes it and answers None; `ok` says whether any did."""

    def __init__(self, file: str, number: int, values: Mapping[str, str], problems: Problems) -> None:
        self.file = file
        self.number = number
        self.ok = True
        self._values = values
        self._problems = problems

    def fail(self, column: str, message: str) -> None:
        """Note a fault of this row."""
        self.ok = False
        self._problems.add(self.file, self.number, column, message)

    def blank(self, column: str) -> bool:
        """True when the cell is empty or the column, an optional one, is not there."""
        return not self._values.get(column)

    def text(self, column: str, longest: int = 80) -> str:
        """The cell's text; a fault where it is empty or too long."""
        value = self._values.get(column, "")
        if not value:
            self.fail(column, "is empty")
        elif len(value) > longest:
            self.fail(column, f"is longer than {longest} characters")
        return value

    def date(self, column: str) -> dt.date | None:
        """The cell as a date."""
        try:
            return Slot.day(self._values.get(column, ""), column)
        except UserError:
            self.fail(column, "not a date; valid: YYYY-MM-DD")
            return None

    def number_of(self, column: str, *, most: int = _MOST) -> int | None:
        """The cell as a whole number of at least zero; None where it is empty, for absent is not zero."""
        value = self._values.get(column, "")
        if not value:
            return None
        if not value.isascii() or not value.isdigit() or len(value) > 4 or int(value) > most:  # noqa: PLR2004 - digits of any figure here
            self.fail(column, f"not a whole number from 0 to {most}")
            return None
        return int(value)

    def choice(self, column: str, kind: type[E]) -> E | None:
        """The cell as a value of an enumeration."""
        for member in kind:
            if member.value == self._values.get(column, ""):
                return member
        self.fail(column, f"not one of the valid values: {', '.join(str(m.value) for m in kind)}")
        return None

    def part(self, column: str) -> Part | None:
        """The cell as a day part."""
        try:
            return Part.parse(self._values.get(column, ""), column)
        except UserError as error:
            self.fail(column, error.message.partition(": ")[2])
            return None

    def clock(self, column: str) -> int | None:
        """The cell as a clock time, in minutes after midnight."""
        try:
            return read_clock(self._values.get(column, ""), column)
        except UserError as error:
            self.fail(column, error.message.partition(": ")[2])
            return None

    def flag(self, column: str) -> bool:
        """The cell as `yes` or `no`; empty is no."""
        value = self._values.get(column, "")
        if value not in ("", "yes", "no"):
            self.fail(column, "not one of the valid values: yes, no")
        return value == "yes"

    def weekdays(self, column: str) -> tuple[int, ...]:
        """The cell as ISO weekdays, such as `1 2 5`."""
        tokens = self._values.get(column, "").split()
        if any(t not in {"1", "2", "3", "4", "5", "6", "7"} for t in tokens) or len(set(tokens)) != len(tokens):
            self.fail(column, "not ISO weekdays; valid: numbers 1 to 7 with blanks between, Monday = 1")
            return ()
        return tuple(sorted(int(t) for t in tokens))

    def known(self, column: str, kind: str, names: Iterable[str]) -> str:
        """The cell's text, which must be one of the names; without names (their file is at fault) it is not judged."""
        value, listed = self.text(column), list(names)
        if value and listed and value not in listed:
            self.fail(column, NotFoundError(kind, value, listed).message)
        return value


def read_table(folder: Path, layout: Layout, problems: Problems) -> list[Row]:
    """The rows of one file. Without a usable header there are none, and the fault says why."""
    text = _read_text(folder / layout.file, layout, problems)
    if text is None:
        return []
    lines = csv.reader(text.splitlines(keepends=True), strict=True)
    rows: list[Row] = []
    try:
        header = [name.strip() for name in next(lines, [])]
        if not _good_header(header, layout, problems):
            return []
        for values in lines:
            if not any(v.strip() for v in values):
                continue
            row = Row(
                layout.file, lines.line_num, dict(zip(header, (v.strip() for v in values), strict=False)), problems
            )
            if len(values) != len(header):
                row.fail(
                    header[min(len(values), len(header)) - 1], f"the row has {len(values)} cells, not {len(header)}"
                )
            else:
                rows.append(row)
    except csv.Error:
        problems.add(layout.file, lines.line_num, layout.required[0], "not CSV")
        return []
    if not rows and layout.needs_rows:
        problems.add(layout.file, 2, layout.required[0], "the file holds no row")
    return rows


def _read_text(path: Path, layout: Layout, problems: Problems) -> str | None:
    first = layout.required[0]
    wanted = f"it needs the columns {', '.join(layout.required)}"
    try:
        if path.stat().st_size > _LARGEST:
            problems.add(layout.file, 1, first, f"the file is larger than {_LARGEST} bytes")
            return None
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        if layout.may_lack:
            return None
        problems.add(layout.file, 1, first, f"the file is missing; {wanted}")
        return None
    except (OSError, UnicodeDecodeError) as error:
        why = why_unread(error) if isinstance(error, OSError) else "cannot be read as UTF-8 text"
        problems.add(layout.file, 1, first, f"the file {why}")
        return None
    if not text.strip():
        problems.add(layout.file, 1, first, f"the file is empty; {wanted}")
        return None
    return text


def _good_header(header: list[str], layout: Layout, problems: Problems) -> bool:
    good = True
    for column in layout.required:
        if column not in header:
            problems.add(layout.file, 1, column, "the column is missing")
            good = False
    known = (*layout.required, *layout.optional)
    for position, column in enumerate(header, 1):
        if column not in known:
            error = NotFoundError("column", column, known)
            problems.add(layout.file, 1, column if column.isidentifier() else str(position), error.message)
            good = False
        elif header.index(column) != position - 1:
            problems.add(layout.file, 1, column, "the column stands twice")
            good = False
    return good

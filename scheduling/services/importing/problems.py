"""What is wrong with an input: every fault with its file, row and column, so that one look mends them all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.model.errors import UserError

_SHOWN = 50


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault. `row` is the line of the file, the header being line 1; the message never repeats free text."""

    file: str
    row: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"{self.file} row {self.row} column {self.column}: {self.message}"


class ImportRefusedError(UserError):
    """The input cannot be imported; nothing was changed."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        lines = [str(p) for p in problems[:_SHOWN]]
        if len(problems) > _SHOWN:
            lines.append(f"and {len(problems) - _SHOWN} more")
        super().__init__(
            "\n".join(lines),
            hint="mend these places and import again; nothing was changed",
            details={
                "problems": [{"file": p.file, "row": p.row, "column": p.column, "message": p.message} for p in problems]
            },
        )
        self.problems = tuple(problems)


class Problems:
    """Faults found so far, in the order of reading."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, file: str, row: int, column: str, message: str) -> None:
        """Remember one fault."""
        self._found.append(Problem(file, row, column, message))

    def refuse(self) -> None:
        """Raise ImportRefusedError when anything was found."""
        if self._found:
            raise ImportRefusedError(self._found)

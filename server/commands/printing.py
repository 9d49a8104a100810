"""What commands print: data as JSON or as a table, messages as lines. Results go to stdout, remarks to stderr."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def emit(rows: Sequence[Mapping[str, object]], *, as_json: bool, empty: str) -> None:
    """Rows as a JSON list or as a table; `empty` says what it means that there are none."""
    if as_json:
        emit_json(rows)
    elif rows:
        table = Table(*rows[0], box=None, header_style="bold", pad_edge=False)
        for row in rows:
            table.add_row(*(_cell(value) for value in row.values()))
        # Wider than any terminal when piped: a cut id is no id.
        Console(width=None if sys.stdout.isatty() else 500).print(table)
    else:
        remark(empty)


def emit_json(value: object) -> None:
    """A value as JSON on stdout."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=_plain) + "\n")


def say(text: str) -> None:
    """A line of the result, at once: whoever reads a pipe is waiting for it."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def remark(text: str) -> None:
    """A line for the person, beside the result."""
    sys.stderr.write(f"{text}\n")


def _cell(value: object) -> str:
    if value is None:
        return "-"
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, list | tuple | set | frozenset):
        return " ".join(sorted(str(v) for v in value)) or "-"
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def _plain(value: object) -> object:
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()
    if isinstance(value, set | frozenset | tuple):
        return sorted(str(v) for v in value)
    return str(value)

"""A week of some people as a grid for the terminal: gaps in red, covers in green, what was given up struck through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from scheduling.model.part import PARTS, Window

_STYLES = {"covered": "bold green", "gap": "bold white on red", "cancelled": "dim strike"}
_MARKS = {"gap": "!"}


def week_grid(title: str, window: Window, people: Sequence[str], slots: Iterable[Mapping[str, Any]]) -> Table:
    """Rows are people, columns dates; a cell reads AM/PM/night. `slots` are rows of `get_schedule`."""
    found: dict[tuple[str, str, str], Text] = {}
    for slot in slots:
        state = slot["state"]
        person = slot.get("person") or slot.get("base_person")
        text = Text(slot["activity"] + _MARKS.get(state, ""), style=_STYLES.get(state, ""))
        found[str(person), slot["date"], slot["part"]] = text
    table = Table(title=title, title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("", style="bold")
    for date in window:
        table.add_column(f"{date:%a %d %b}", no_wrap=True)
    nothing = Text("·", style="dim")
    for person in people:
        cells = []
        for date in window:
            parts = [found.get((person, date.isoformat(), part.name), nothing) for part in PARTS]
            cells.append(Text("/").join(parts))
        table.add_row(person, *cells)
    return table

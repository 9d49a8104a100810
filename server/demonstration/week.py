"""A week of some people as a grid for the terminal: who works what in effect, covers in green, gaps in red."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from scheduling.model.part import PARTS, Window

_STYLES = {"covered": "bold green", "gap": "bold white on red"}
_MARKS = {"gap": "!"}
_CANCELLED = "cancelled"


def week_grid(title: str, window: Window, people: Sequence[str], slots: Iterable[Mapping[str, Any]]) -> Table:
    """Rows are people, columns dates; a cell reads AM/PM/night. `slots` are rows of `get_schedule`.

    What was cancelled is not worked and leaves its place open, or to the duty that its person took on instead. A gap
    stands in the row of whose duty it was, after what they do now; two duties in one slot are both there: `C+AT!`.
    """
    found: dict[tuple[str, str, str], list[Text]] = {}
    for slot in sorted(slots, key=lambda s: str(s["state"]) in _MARKS):
        state = str(slot["state"])
        if state != _CANCELLED:
            person = slot.get("person") or slot.get("base_person")
            text = Text(slot["activity"] + _MARKS.get(state, ""), style=_STYLES.get(state, ""))
            found.setdefault((str(person), slot["date"], slot["part"]), []).append(text)
    table = Table(title=title, title_justify="left", show_lines=False, pad_edge=False)
    table.add_column("", style="bold")
    for date in window:
        table.add_column(f"{date:%a %d %b}", no_wrap=True)
    nothing = [Text("·", style="dim")]
    for person in people:
        cells = []
        for date in window:
            parts = [found.get((person, date.isoformat(), part.name), nothing) for part in PARTS]
            cells.append(Text("/").join(Text("+").join(duties) for duties in parts))
        table.add_row(person, *cells)
    return table

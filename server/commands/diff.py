"""`housestaff diff A B`: what differs between two schedules of a block, by person and by day."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from auth.scopes import Scope
from scheduling.model.diff import Diff
from scheduling.model.override import Change
from scheduling.services.compare import MEASURE, compare
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit_json, say

_WIDE = 500


def run(
    first: Annotated[
        str, typer.Argument(metavar="A", help="A version (its first 8 characters do), or a block: its live one.")
    ],
    second: Annotated[str, typer.Argument(metavar="B", help="The same.")],
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")] = None,
    *,
    by_day: Annotated[bool, typer.Option("--by-day", help="One row a day rather than one a person.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show cells added, removed and changed from A to B."""

    async def read(desk: Desk) -> Diff:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("diff", access.program, first=first, second=second)) as unit:
            return await compare(unit, access.program, first, second)

    diff = at_desk(read)
    if as_json:
        emit_json(diff_facts(diff))
        return
    share = diff.share
    say(
        f"{share.changed} changed, {share.removed} removed, {share.filled} filled; "
        f"churn {float(share.churn):.3f}, rigidity {float(share.rigidity):.3f}, {len(diff.touched)} people touched"
    )
    say(f"measured {MEASURE}")
    if diff.changes:
        table = Table("day" if by_day else "person", "changes", box=None, header_style="bold", pad_edge=False)
        groups = {str(d): c for d, c in diff.by_day().items()} if by_day else diff.by_person()
        for name, changes in groups.items():
            table.add_row(name, "  ".join(_words(changes, with_person=by_day)))
        Console(width=None if sys.stdout.isatty() else _WIDE).print(table)


def diff_facts(diff: Diff) -> dict[str, object]:
    """The diff as data."""
    return {
        "measure": MEASURE,
        "changed": diff.share.changed,
        "removed": diff.share.removed,
        "filled": diff.share.filled,
        "churn": round(float(diff.share.churn), 4),
        "rigidity": round(float(diff.share.rigidity), 4),
        "people": [
            {"person": p, "churn": round(float(s.churn), 4), "changed": s.touched, "filled": s.filled}
            for p, s in diff.people.items()
        ],
        "changes": [
            {"person": c.person, "date": c.slot.date, "part": c.slot.part.name, "from": c.was, "to": c.to}
            for c in diff.changes
        ],
    }


def _words(changes: Iterable[Change], *, with_person: bool) -> list[str]:
    return [
        f"{c.person if with_person else f'{c.slot.date:%m-%d}'} {c.slot.part.name} {c.was or '·'}→{c.to or '·'}"
        for c in changes
    ]

"""`housestaff log`: who changed what, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from auth.scopes import Scope
from scheduling.model.trail import TrailEntry
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit

_SHOWN = 6
_HASH = 64


def run(
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many entries.")] = 30,
    *,
    every: Annotated[
        bool, typer.Option("--all", help="Also calls that changed nothing, refused ones included.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show what was changed, when, by whom and through which client; `audit export` has everything."""

    async def read(desk: Desk) -> Sequence[TrailEntry]:
        access = await desk.enter(program, Scope.AUDIT_READ)
        async with desk.unit(desk.trail("log", access.program)) as unit:
            return await unit.trail.listed(access.program, limit=limit, changes_only=not every)

    rows = [
        {
            "at": entry.at,
            "who": entry.caller,
            "through": entry.client,
            "did": entry.tool,
            "outcome": entry.outcome,
            "changed": _things(entry) if not as_json else entry.changed,
        }
        for entry in at_desk(read)
    ]
    emit(rows, as_json=as_json, empty="nothing was changed here yet")


def _things(entry: TrailEntry) -> str:
    said = []
    for kind, things in entry.changed.items():
        shown = " ".join(t[:12] if len(t) == _HASH else t for t in things[:_SHOWN])
        more = f" and {len(things) - _SHOWN} more" if len(things) > _SHOWN else ""
        said.append(f"{kind} {shown}{more}")
    return "; ".join(said) or "-"

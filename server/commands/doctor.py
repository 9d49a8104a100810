"""`housestaff doctor`: what works, what does not, and what to do about it."""

from __future__ import annotations

import typer

from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit
from server.doctor import Finding, Health, examine


def run(*, as_json: AsJson = False) -> None:
    """Check interpreter, database, clock, keys, accounts, programs and the audit trail."""

    async def look(desk: Desk) -> list[Finding]:
        return await examine(desk.settings, desk.database)

    found = at_desk(look)
    rows: list[dict[str, object]] = [
        {"check": f.name, "health": f.health.value, "seen": f.seen, "advice": f.advice} for f in found
    ]
    emit(rows, as_json=as_json, empty="nothing was checked")
    if any(f.health is Health.FAIL for f in found):
        raise typer.Exit(1)

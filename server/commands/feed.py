"""`housestaff feed`: calendar addresses that phones follow."""

from __future__ import annotations

from typing import Annotated

import typer

from auth.scopes import Scope
from scheduling.services.feed import issue_feed, revoke_feeds
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, remark, say
from server.feed_page import PATH

app = typer.Typer(rich_markup_mode=None)

Person = Annotated[str, typer.Argument(help="Whose calendar, by id.")]
ProgramName = Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")]


@app.command("issue")
def issue(person: Person, program: ProgramName = None) -> None:
    """Print a new address of the person's calendar, once; only its hash is kept."""

    async def make(desk: Desk) -> str:
        access = await desk.enter(program)
        if access.person != person:
            access.require(Scope.ADMIN_MANAGE)
        async with desk.unit(desk.trail("feed issue", access.program, person=person)) as unit:
            secret = await issue_feed(unit, access.program, person)
        return desk.settings.base_url + PATH.format(secret=secret)

    say(at_desk(make))
    remark("Whoever has this address reads the calendar: hand it to the person only. It is not shown again.")


@app.command("revoke")
def revoke(person: Person, program: ProgramName = None) -> None:
    """Close every address of the person's calendar at once."""

    async def close(desk: Desk) -> int:
        access = await desk.enter(program)
        if access.person != person:
            access.require(Scope.ADMIN_MANAGE)
        async with desk.unit(desk.trail("feed revoke", access.program, person=person)) as unit:
            return await revoke_feeds(unit, access.program, person)

    say(f"revoked: {at_desk(close)} addresses of {person}")


@app.command("list")
def list_feeds(program: ProgramName = None, *, as_json: AsJson = False) -> None:
    """Who has an open calendar address."""

    async def read(desk: Desk) -> list[str]:
        access = await desk.enter(program, Scope.ADMIN_MANAGE)
        async with desk.unit(desk.trail("feed list", access.program)) as unit:
            return list(await unit.feeds.people(access.program))

    emit([{"person": p} for p in at_desk(read)], as_json=as_json, empty="nobody follows a calendar")

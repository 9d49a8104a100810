"""`housestaff notices`: how people are told of changes, and what they were told."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Annotated

import typer

from auth.accounts import OPERATOR, OWNER
from auth.scopes import Scope
from auth.store import account_ids
from scheduling.model.errors import NotFoundError
from scheduling.model.notice import Notice, Receiver
from scheduling.services.notify.prefer import ACCOUNT, prefer
from scheduling.services.notify.wording import sentence
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, remark, say
from server.delivery_settings import read_delivery

app = typer.Typer(rich_markup_mode=None)

Who = Annotated[str, typer.Argument(metavar="WHO", help="A person's id, or @ and an account's id.")]
ProgramName = Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")]


@app.command("prefer")
def set_habits(
    who: Who,
    email: Annotated[str | None, typer.Option(help="Where e-mail goes; none without it.")] = None,
    webhook: Annotated[str | None, typer.Option(help="An https address that gets signed posts.")] = None,
    kind: Annotated[list[str] | None, typer.Option(help="Only these events, such as schedule.published.")] = None,
    program: ProgramName = None,
    *,
    follow: Annotated[bool, typer.Option("--follow", help="Every event of the program, not only one's own.")] = False,
    digest: Annotated[bool, typer.Option("--digest", help="One message a day rather than one an event.")] = False,
) -> None:
    """Say how somebody is told; what is not given is switched off. The list in the app is always there."""
    private = read_delivery(os.environ).private_webhooks

    async def store(desk: Desk) -> Receiver:
        access = await desk.enter(program)
        if access.person != who or follow:
            access.require(Scope.ADMIN_MANAGE)
        await _require_account(desk, who)
        wanted = Receiver(who, email, webhook, None, tuple(kind or ()), follow, digest)
        async with desk.unit(desk.trail("notices prefer", access.program, who=who)) as unit:
            return await prefer(unit, access.program, wanted, private=private)

    stored = at_desk(store)
    ways = ", ".join(["the app", *stored.channels])
    say(f"{who} is told by {ways}{', once a day' if digest else ''}")
    if stored.secret:
        say(stored.secret)
        remark("The webhook's signing secret: its receiver needs it to check what arrives.")


@app.command("list")
def list_notices(who: Who, program: ProgramName = None, *, as_json: AsJson = False) -> None:
    """What somebody was told, newest first."""

    async def read(desk: Desk) -> Sequence[Notice]:
        access = await desk.enter(program)
        if access.person != who:
            access.require(Scope.ADMIN_MANAGE)
        await _require_account(desk, who)
        async with desk.unit(desk.trail("notices list", access.program, who=who)) as unit:
            if not who.startswith(ACCOUNT):
                (await unit.program(access.program)).person(who)
            return await unit.notices.listed(access.program, who)

    rows = [{"at": n.at, "kind": n.kind, "text": sentence(n)} for n in at_desk(read)]
    emit(rows, as_json=as_json, empty=f"{who} was told nothing yet")


async def _require_account(desk: Desk, who: str) -> None:
    """NotFoundError with the nearest ids where an account is meant that nobody has; people are the program's to know."""
    if who.startswith(ACCOUNT):
        async with desk.database.session() as session:
            known = {*await account_ids(session), OPERATOR, OWNER}
        if who.removeprefix(ACCOUNT) not in known:
            raise NotFoundError("account", who.removeprefix(ACCOUNT), known, hint="housestaff user list")

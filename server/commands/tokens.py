"""`housestaff token`: bearer tokens, shown once."""

from __future__ import annotations

from typing import Annotated

import typer

from auth import tokens
from auth.roles import EVERY_PROGRAM
from auth.scopes import parse
from scheduling.store.audit import SERVER
from server import clients
from server.commands.local import Desk, at_desk, now
from server.commands.printing import AsJson, emit, emit_json, remark, say

app = typer.Typer(rich_markup_mode=None)


@app.command("issue")
def issue(
    account: Annotated[str, typer.Argument(metavar="ID", help="The account the token is for.")],
    scopes: Annotated[
        str | None, typer.Option(help="Such as 'schedule:read,people:names'; default: all it may hold.")
    ] = None,
    days: Annotated[int, typer.Option(help="How long it is valid.")] = tokens.DEFAULT_DAYS,
    audience: Annotated[
        str | None, typer.Option(help="Bind it to one server's URL; default: any of this database.")
    ] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Print a new token, once; only its hash is kept."""
    chosen = None if scopes is None else parse(scopes)

    async def make(desk: Desk) -> tuple[tokens.Issued, str]:
        issued = await desk.administer(
            "token issue",
            EVERY_PROGRAM,
            lambda session: tokens.issue(
                session, account, now=now(), scopes=chosen, days=days, audience=audience or tokens.DEPLOYMENT
            ),
            account=account,
            days=days,
        )
        return issued, desk.settings.resource_url

    issued, url = at_desk(make)
    if as_json:
        emit_json(
            {
                "id": issued.id,
                "token": issued.secret,
                "account": issued.account,
                "scopes": sorted(issued.scopes),
                "audience": issued.audience,
                "expires_at": issued.expires_at,
            }
        )
        return
    say(issued.secret)
    remark(f"{issued.id} for {issued.account}, valid until {issued.expires_at:%Y-%m-%d}; it is not shown again.")
    remark(f"Scopes: {' '.join(sorted(issued.scopes))}")
    remark(f"\nexport {clients.VARIABLE}=… and connect:\n\n{clients.as_text(url)}")


@app.command("revoke")
def revoke(token: Annotated[str, typer.Argument(help="The token's id (tok_…), or the token itself.")]) -> None:
    """End a token at once."""

    async def end(desk: Desk) -> str:
        name = token if token.startswith("tok_") else None
        return await desk.administer(
            "token revoke", EVERY_PROGRAM, lambda session: tokens.revoke(session, token, now=now()), token=name
        )

    say(f"revoked: a token of {at_desk(end)}")


@app.command("list")
def list_tokens(
    account: Annotated[str | None, typer.Argument(metavar="ID", help="Only this account's.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Every token's id, scopes and dates; never the token."""

    async def read(desk: Desk) -> list[tokens.TokenView]:
        await desk.require_administrator(SERVER)
        async with desk.database.session() as session:
            return await tokens.overview(session, account)

    rows: list[dict[str, object]] = [
        {
            "id": view.id,
            "account": view.account,
            "scopes": view.scopes,
            "audience": view.audience,
            "expires": view.expires_at,
            "revoked": view.revoked,
            "last_used": view.last_used_at,
        }
        for view in at_desk(read)
    ]
    emit(rows, as_json=as_json, empty="no token yet: housestaff token issue ID")

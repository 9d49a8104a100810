"""`housestaff user`: accounts and what they are in each program."""

from __future__ import annotations

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from auth import accounts
from auth.roles import EVERY_PROGRAM, Role
from scheduling.model.errors import NotFoundError
from scheduling.store.audit import SERVER
from server.commands.local import Desk, at_desk, now
from server.commands.printing import AsJson, emit, say

app = typer.Typer(rich_markup_mode=None)

Id = Annotated[str, typer.Argument(metavar="ID", help="The account's id: a label such as chief-1, never a name.")]
RoleName = Annotated[str, typer.Option("--role", help=f"One of {', '.join(Role)}.")]
ProgramName = Annotated[str | None, typer.Option("--program", help="Slug, or '*' for every program.")]
PersonName = Annotated[str | None, typer.Option("--person", help="The person of the roster this account is.")]


@app.command("add")
def add(account: Id, role: RoleName, program: ProgramName = None, person: PersonName = None) -> None:
    """Create an account with its first role. Without --program: the only one there is, or every one for an admin."""
    chosen = Role.parse(role)

    async def change(desk: Desk) -> str:
        where = await _place(desk, program, chosen, person)
        await desk.administer(
            "user add",
            where,
            lambda session: accounts.add(session, account, chosen, where, person=person),
            account=account,
            role=chosen.value,
            person=person,
        )
        return f"{account} is {chosen} in {_named(where)}; next: housestaff token issue {account}"

    say(at_desk(change))


@app.command("role")
def role(
    account: Id,
    role: Annotated[str | None, typer.Option("--role", help=f"One of {', '.join(Role)}.")] = None,
    program: ProgramName = None,
    person: PersonName = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the role away instead.")] = False,
) -> None:
    """Give an account another role in a program, or take it away."""
    if remove == (role is not None):
        raise typer.BadParameter("say either --role ROLE or --remove")
    chosen = Role.parse(role) if role else None

    async def change(desk: Desk) -> str:
        where = await _place(desk, program, chosen or Role.STAFF, person)

        async def act(session: AsyncSession) -> str:
            if chosen is None:
                await accounts.withdraw(session, account, where)
                return f"{account} has no role in {_named(where)} any more"
            await accounts.grant(session, account, chosen, where, person=person)
            return f"{account} is {chosen} in {_named(where)}"

        return await desk.administer("user role", where, act, account=account, role=role, person=person)

    say(at_desk(change))


@app.command("disable")
def disable(account: Id) -> None:
    """Refuse an account's next call, whatever its tokens say."""
    _set_disabled(account, disabled=True)


@app.command("enable")
def enable(account: Id) -> None:
    """Let a disabled account call again."""
    _set_disabled(account, disabled=False)


@app.command("list")
def list_accounts(*, as_json: AsJson = False) -> None:
    """Every account with its roles."""

    async def read(desk: Desk) -> list[accounts.AccountView]:
        await desk.require_administrator(SERVER)
        async with desk.database.session() as session:
            return await accounts.overview(session)

    rows: list[dict[str, object]] = [
        {
            "id": view.id,
            "roles": [f"{_named(p)}:{m.role}{f'({m.person})' if m.person else ''}" for p, m in view.roles.items()],
            "disabled": view.disabled,
            "created": view.created_at,
        }
        for view in at_desk(read)
    ]
    emit(rows, as_json=as_json, empty="no account yet: housestaff user add ID --role admin")


async def _place(desk: Desk, program: str | None, role: Role, person: str | None) -> str:
    known = await desk.programs.rights()
    where = accounts.choose_program(program, role, known)
    if person is not None and where != EVERY_PROGRAM:
        async with desk.unit(desk.trail("user", where)) as unit:
            people = [p.id for p in (await unit.program(where)).people]
        if person not in people:
            raise NotFoundError("person", person, people)
    return where


def _set_disabled(account: str, *, disabled: bool) -> None:
    async def change(desk: Desk) -> str:
        await desk.administer(
            "user disable" if disabled else "user enable",
            EVERY_PROGRAM,
            lambda session: accounts.set_disabled(session, account, disabled=disabled, now=now()),
            account=account,
        )
        return f"{account} is {'disabled: its next call is refused' if disabled else 'enabled'}"

    say(at_desk(change))


def _named(program: str) -> str:
    return "every program" if program == EVERY_PROGRAM else program

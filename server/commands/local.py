"""What a command works with: the settings, the database, and who is sitting at the terminal.

Somebody at a terminal is the account of HOUSESTAFF_TOKEN where that is set. Otherwise they are the owner of the embedded
database's files, or the operator who holds DATABASE_URL: both can do anything to the database by other means, so they
administer every program, under a name of their own on the trail.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import anyio
from sqlalchemy.ext.asyncio import AsyncSession

from auth.accounts import OPERATOR, OWNER
from auth.principal import Access, Principal, allow
from auth.process import principal_of
from auth.programs import StoredPrograms
from auth.roles import EVERY_PROGRAM, Role
from auth.scopes import Scope
from auth.store import everywhere
from scheduling.model.errors import ForbiddenError
from scheduling.store.audit import SERVER, AuditContext, AuditEntry, append, arguments_hash
from scheduling.store.database import Database, open_database
from scheduling.store.unit import UnitOfWork
from server.access import choose_program
from server.settings import Settings, read_settings

T = TypeVar("T")
CLIENT = "command line"


@dataclass(frozen=True, slots=True)
class Desk:
    """An open database and the person in front of it."""

    settings: Settings
    database: Database
    principal: Principal
    programs: StoredPrograms

    async def enter(self, program: str | None, *scopes: Scope) -> Access:
        """The caller's rights in a program (their only one when None), after these scopes are checked."""
        rights = await self.programs.rights()
        chosen = choose_program(program, self.principal, rights)
        return allow(self.principal, chosen, scopes, rights[chosen])

    def trail(self, command: str, program: str = SERVER, **arguments: object) -> AuditContext:
        """What the audit row of this command will say; of the arguments only their hash."""
        return AuditContext(self.principal.account, CLIENT, command, arguments_hash(arguments), program, now())

    def unit(self, trail: AuditContext) -> UnitOfWork:
        """A unit of work under that audit context."""
        return UnitOfWork(self.database, trail, today=self.settings.today)

    async def require_administrator(self, program: str) -> None:
        """ForbiddenError unless the caller manages this program; `*` and the server itself need a role everywhere."""
        if program not in {EVERY_PROGRAM, SERVER}:
            await self.enter(program, Scope.ADMIN_MANAGE)
            return
        member = self.principal.memberships.get(EVERY_PROGRAM)
        if member is None or member.role is not Role.ADMIN or Scope.ADMIN_MANAGE not in self.principal.scopes:
            raise ForbiddenError("this needs an administrator of every program, with the scope admin:manage")

    async def administer(
        self, command: str, program: str, change: Callable[[AsyncSession], Awaitable[T]], **arguments: object
    ) -> T:
        """Run one change of identity: rights first, then the change and its audit row in one transaction.

        `arguments` are ids and flags, and become the row's facts.
        """
        await self.require_administrator(program)
        chain = SERVER if program == EVERY_PROGRAM else program
        async with self.database.session() as session:
            done = await change(session)
            facts = {name: value for name, value in arguments.items() if value is not None}
            await append(session, AuditEntry(self.trail(command, chain, **arguments), facts=facts))
            await session.commit()
        return done


def now() -> dt.datetime:
    """The real instant."""
    return dt.datetime.now(dt.UTC)


def local_context(command: str, program: str = SERVER) -> AuditContext:
    """The audit context of a command that the owner of the local data directory runs on their own database."""
    return AuditContext(OWNER, CLIENT, command, arguments_hash({}), program, now())


@asynccontextmanager
async def opened(settings: Settings | None = None) -> AsyncIterator[Desk]:
    """Open the database the environment names and find out who is calling."""
    settings = settings or read_settings(os.environ)
    async with open_database(settings.database_url, home=settings.home) as database:
        yield Desk(settings, database, await _principal(settings, database), StoredPrograms(database, settings.today))


def at_desk(act: Callable[[Desk], Awaitable[T]]) -> T:
    """Open the database, act, close it."""

    async def main() -> T:
        async with opened() as desk:
            return await act(desk)

    return anyio.run(main)


async def _principal(settings: Settings, database: Database) -> Principal:
    if settings.token is not None:
        return await principal_of(database, settings.token, settings.resource_url, now())
    return Principal(OPERATOR if settings.shared else OWNER, "local", memberships=everywhere())

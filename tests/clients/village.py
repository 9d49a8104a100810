"""Whole programs behind a real server: the demonstration year, and the real year where it is at hand."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from auth import accounts, tokens
from auth.roles import Role
from scheduling.model.calendar import Block, BlockRef
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import create_demo
from scheduling.services.importing.import_year import import_folder
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database, libpq_dsn
from scheduling.store.unit import UnitOfWork
from server.app import House
from server.settings import Settings, read_settings
from tests.server.sample import Town, free_port, listening

REAL = Path(os.environ.get("HOUSESTAFF_REAL_DATA", Path(__file__).parents[3] / "shared" / "data")) / "program-2025"
ROLES = (Role.ADMIN, Role.COORDINATOR, Role.RESIDENT, Role.AUDITOR)


@dataclass(frozen=True)
class Whole:
    """A program with a published year: its slug, the clock it is worked on with, and a block of it."""

    slug: str
    today: dt.date
    block: BlockRef


DEMO = Whole("demo", dt.date(2026, 11, 2), BlockRef(2026, 5))
REAL_YEAR = Whole("program-2025", dt.date(2026, 2, 15), BlockRef(2025, 10))


@dataclass
class Village(Town):
    """A town with the real product catalogue, one whole program, and a token for some roles."""

    whole: Whole = DEMO

    def house(self) -> House:
        return House(self.database, self.settings)

    def secret(self, role: Role) -> str:
        return self.issued[role.value].secret

    @asynccontextmanager
    async def over_http(self, role: Role, era: str) -> AsyncIterator[Client]:
        headers = {"Authorization": f"Bearer {self.secret(role)}"}
        async with (
            listening(self) as url,
            httpx2.AsyncClient(headers=headers, timeout=60) as http,
            Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=era) as client,
        ):
            yield client

    @asynccontextmanager
    async def over_stdio(self, role: Role, era: str) -> AsyncIterator[Client]:
        environ = {
            "DATABASE_URL": libpq_dsn(self.database.url),
            "HOUSESTAFF_TOKEN": self.secret(role),
            "HOUSESTAFF_TODAY": self.whole.today.isoformat(),
            "PATH": os.environ.get("PATH", ""),
        }
        command = StdioServerParameters(command=sys.executable, args=["-m", "server", "stdio"], env=environ)
        async with Client(stdio_client(command), mode=era) as client:
            yield client

    async def roster(self) -> tuple[Roster, Block]:
        """The effective roster around the program's block, and the block."""
        async with UnitOfWork(self.database, context("read", self.whole), today=self.whole.today) as unit:
            block = (await unit.program(self.whole.slug)).calendar.block(self.whole.block)
            return await unit.roster(self.whole.slug, block.window), block

    def over(self, transport: str, role: Role, era: str) -> AbstractAsyncContextManager[Client]:
        return self.over_http(role, era) if transport == "http" else self.over_stdio(role, era)


def context(tool: str, whole: Whole) -> AuditContext:
    return AuditContext("owner", "test", tool, "0" * 64, whole.slug, dt.datetime.now(dt.UTC))


def settings_of(whole: Whole) -> Settings:
    return read_settings(
        {
            "DATABASE_URL": "postgresql://unused/x",
            "HOUSESTAFF_PORT": str(free_port()),
            "HOUSESTAFF_TODAY": whole.today.isoformat(),
        }
    )


async def settle(database: Database, whole: Whole) -> dict[str, tokens.Issued]:
    """Import the program, and give each role an account and a token."""
    async with UnitOfWork(database, context("import", whole)) as unit:
        if whole is REAL_YEAR:
            await import_folder(unit, REAL, zone="Pacific/Honolulu")
        else:
            await create_demo(unit)
    issued = {}
    async with database.session() as session:
        for role in ROLES:
            person = "pgy1-01" if role is Role.RESIDENT else None
            await accounts.add(session, role.value, role, whole.slug, person=person)
            issued[role.value] = await tokens.issue(session, role.value, now=dt.datetime.now(dt.UTC))
        await session.commit()
    return issued

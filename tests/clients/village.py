"""Whole programs behind a real server: the demonstration year, and the real year where it is at hand."""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import httpx2
from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client
from mcp.client.streamable_http import streamable_http_client

from auth import accounts, tokens
from auth.roles import Role
from scheduling.model.calendar import Block, BlockRef, days, next_weekday
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.demonstration.build_demo import create_demo
from scheduling.services.importing.import_year import import_folder
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database, libpq_dsn
from scheduling.store.unit import UnitOfWork
from server.app import House
from server.settings import Settings, read_settings
from tests.clients.asking import use
from tests.real_year import FOLDER
from tests.server.sample import Town, free_port, listening

WEEK = 7
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
    """A town with the real product catalogue, one whole program, a token for some roles, and a plan not yet applied."""

    whole: Whole = DEMO
    plan: Mapping[str, Any] = field(default_factory=dict)

    def house(self) -> House:
        return House(self.database, self.settings)

    def secret(self, role: Role) -> str:
        return self.issued[role.value].secret

    @asynccontextmanager
    async def over_http(self, role: Role, era: str) -> AsyncIterator[Client]:
        async with listening(self) as url, connected(url, self.secret(role), era) as client:
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


@asynccontextmanager
async def connected(url: str, secret: str, era: str) -> AsyncIterator[Client]:
    """A client of a server that listens already."""
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=60) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=era) as client,
    ):
        yield client


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


@dataclass(frozen=True)
class Settled:
    """What holds in every copy of a settled database: a token for each role, and a plan nobody has applied."""

    issued: Mapping[str, tokens.Issued]
    plan: Mapping[str, Any]


async def settle(database: Database, whole: Whole) -> Settled:
    """Import the program, give each role an account and a token, and plan a week's absence."""
    async with UnitOfWork(database, context("import", whole)) as unit:
        if whole is REAL_YEAR:
            await import_folder(unit, FOLDER, zone="Pacific/Honolulu")
        else:
            await create_demo(unit)
    issued = {}
    async with database.session() as session:
        for role in ROLES:
            person = "pgy1-01" if role is Role.RESIDENT else None
            await accounts.add(session, role.value, role, whole.slug, person=person)
            issued[role.value] = await tokens.issue(session, role.value, now=dt.datetime.now(dt.UTC))
        await session.commit()
    village = Village(database, settings_of(whole), issued, whole)
    person, window = busiest(*await village.roster(), whole.today)
    house = House(database, replace(village.settings, token=village.secret(Role.ADMIN)))
    async with Client(house.stdio()) as client:
        dates = {"start": window.start.isoformat(), "end": window.end.isoformat()}
        planned = await use(client, "plan_cascade", program=whole.slug, person=person, reason="sick", **dates)
    return Settled(issued, planned["plans"][0])


def busiest(roster: Roster, block: Block, today: dt.date) -> tuple[str, Window]:
    """A faculty member and the week to come in which they hold a call, inpatient days and clinic or admin time."""
    best: tuple[int, int, str, Window] | None = None
    for person in (p for p in roster.program.people if p.takes_call):
        start = next_weekday(max(block.start, today + days(1)), 1)
        while start + days(WEEK - 1) <= block.end:
            window = Window(start, start + days(WEEK - 1))
            held = [roster.at(person.id, Slot(d, s)) for d in window for s in PARTS]
            kinds = {roster.catalogue[c].category for c in held if c}
            calls = sum(1 for d in window if roster.at(person.id, Slot(d, Part.NIGHT)) == "CALL")
            rank = (len(kinds), calls, person.id, window)
            if best is None or rank[:2] > best[:2]:
                best = rank
            start += days(WEEK)
    assert best is not None
    return best[2], best[3]

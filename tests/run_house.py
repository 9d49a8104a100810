"""A program of faculty with nothing published yet, a worker beside it, and runs asked of both."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import anyio

from scheduling.model.absence import Absence
from scheduling.model.calendar import BlockRef, Calendar, days
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.run import RunRequest, StoredRun
from scheduling.services.solve import ask, wait_for
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from server.settings import read_settings
from server.worker import Worker

SLUG = "runs"
BLOCK = BlockRef(2026, 5)
SHORT = RunRequest(2026, 5)
"""A block: solved in about a second."""
YEAR = RunRequest(2026, effort=300)
"""A year: some ten seconds for twelve, minutes where they are short-handed."""
PATIENCE = 200.0
ROLES = (FacultyRole.PD, FacultyRole.APD, FacultyRole.OIC, FacultyRole.DEPT_CHIEF, FacultyRole.SPORTS_MED)


@dataclass
class RunHouse:
    """The program and ways to its runs."""

    database: Database

    def unit(self, caller: str = "coordinator-1") -> UnitOfWork:
        now = dt.datetime.now(dt.UTC)
        return UnitOfWork(self.database, AuditContext(caller, "test", "solve_schedule", "0" * 64, SLUG, now))

    def open(self, trail: AuditContext) -> UnitOfWork:
        """What a worker opens its units with."""
        return UnitOfWork(self.database, trail)

    async def build(self, faculty: int) -> None:
        people = [
            Person(f"fac-{n:02d}", Kind.FACULTY, ROLES[n] if n < len(ROLES) else FacultyRole.CORE)
            for n in range(faculty)
        ]
        async with self.unit() as unit:
            await unit.programs.add(SLUG, zone="America/New_York", today=dt.date(2026, 11, 2))
            await unit.people.save(SLUG, *people)

    async def ask(self, request: RunRequest = SHORT) -> StoredRun:
        return (await ask(self.unit, SLUG, request)).run

    async def run(self, run: str) -> StoredRun:
        async with self.unit() as unit:
            return await unit.runs.get(SLUG, run)

    async def end(self, run: str, seconds: float = PATIENCE) -> StoredRun:
        found = await wait_for(self.unit, SLUG, run, seconds)
        assert found.state.over, found
        return found

    @asynccontextmanager
    async def worker(self) -> AsyncIterator[Worker]:
        """A worker in this process, until the block ends."""
        leave = anyio.Event()
        worker = Worker(self.database, read_settings({"DATABASE_URL": "postgresql://unused/x"}))
        async with anyio.create_task_group() as group:
            group.start_soon(worker.run, leave)
            try:
                yield worker
            finally:
                leave.set()

    async def sql(self, statement: str) -> None:
        """Change the database behind everybody's back."""
        async with self.database.engine.begin() as connection:
            await connection.exec_driver_sql(statement)


async def settle_runs(database: Database, faculty: int = 12) -> RunHouse:
    """The program with so many faculty."""
    house = RunHouse(database)
    await house.build(faculty)
    return house


async def settle_short_handed(database: Database) -> RunHouse:
    """Six faculty who are each away six times: a year has a schedule soon, better ones by the second, and no proof for long."""
    house = await settle_runs(database, 6)
    chance = random.Random(1)
    start = Calendar().block(BlockRef(2026, 0)).start
    async with house.unit() as unit:
        await unit.lock(SLUG)
        for number in range(36):
            first = start + days(chance.randrange(350))
            away = Absence(f"abs-{number}", f"fac-{number // 6:02d}", first, first + days(chance.randrange(1, 10)))
            await unit.absences.add(SLUG, away)
    return house

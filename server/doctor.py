"""The checks of `housestaff doctor`: one function each, asked in order."""

from __future__ import annotations

import datetime as dt
import os
import platform
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func, select

from auth.store import has_administrator
from auth.tables import Account
from scheduling.services.notify.deliver import worker_unit
from scheduling.store import audit
from scheduling.store.database import Database
from scheduling.store.program_tables import ProgramRow
from server.delivery_settings import read_delivery
from server.settings import Settings

_OLDEST_PYTHON = (3, 11)
_MOST_SKEW = dt.timedelta(seconds=5)


class Health(StrEnum):
    """How a check came out: `warn` works but should be looked at."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw, and what to do about it."""

    name: str
    health: Health
    seen: str
    advice: str = ""


Check = Callable[[Settings, Database], Awaitable[Finding]]


async def interpreter(settings: Settings, database: Database) -> Finding:
    """Python's version."""
    del settings, database
    good = sys.version_info >= _OLDEST_PYTHON
    return Finding("interpreter", Health.OK if good else Health.FAIL, f"Python {platform.python_version()}")


async def storage(settings: Settings, database: Database) -> Finding:
    """Which PostgreSQL answers, and how large its database is."""
    async with database.session() as session:
        version = await session.scalar(select(func.current_setting("server_version")))
        size = await session.scalar(select(func.pg_size_pretty(func.pg_database_size(func.current_database()))))
    kind = "shared" if settings.shared else f"embedded in {settings.home}"
    return Finding("database", Health.OK, f"PostgreSQL {version}, {size}, {kind}")


async def clock(settings: Settings, database: Database) -> Finding:
    """Whether this machine and the database agree on the time; tokens expire by it."""
    async with database.session() as session:
        theirs = await session.scalar(select(func.clock_timestamp()))
    assert theirs is not None
    skew = abs(theirs - dt.datetime.now(dt.UTC))
    pinned = f"; every program's today is {settings.today} (HOUSESTAFF_TODAY)" if settings.today else ""
    if skew > _MOST_SKEW:
        seen = f"{skew.total_seconds():.0f} s apart from the database{pinned}"
        return Finding("clock", Health.WARN, seen, "synchronise both clocks")
    return Finding("clock", Health.WARN if pinned else Health.OK, f"agrees with the database{pinned}")


async def keys(settings: Settings, database: Database) -> Finding:
    """Whether several replicas could finish each other's conversations."""
    del database
    if settings.keys:
        return Finding("keys", Health.OK, f"{len(settings.keys)} set")
    advice = "set HOUSESTAFF_KEYS (the same for every replica) before running more than one" if settings.shared else ""
    return Finding("keys", Health.WARN if settings.shared else Health.OK, "made anew at every start", advice)


async def accounts(settings: Settings, database: Database) -> Finding:
    """Whether somebody administers this server."""
    del settings
    async with database.session() as session:
        count = await session.scalar(select(func.count()).select_from(Account))
        administered = await has_administrator(session)
    if administered:
        return Finding("accounts", Health.OK, f"{count}, administered")
    advice = "open the link `housestaff serve` prints, or housestaff user add ID --role admin"
    return Finding("accounts", Health.WARN, f"{count}, no administrator", advice)


async def programs(settings: Settings, database: Database) -> Finding:
    """Which programs there are."""
    del settings
    async with database.session() as session:
        slugs = (await session.scalars(select(ProgramRow.slug).order_by(ProgramRow.slug))).all()
    if slugs:
        return Finding("programs", Health.OK, ", ".join(slugs))
    return Finding("programs", Health.WARN, "none", "housestaff import FOLDER, or housestaff demo")


async def notices(settings: Settings, database: Database) -> Finding:
    """Whether what people should hear reaches them: the mail server that is set, what waits, and dead letters."""
    del settings
    delivery = read_delivery(os.environ)
    async with worker_unit(database, dt.datetime.now(dt.UTC)) as unit:
        backlog = await unit.notices.backlog()
    mail = f"mail by {delivery.mail.host}" if delivery.mail else "no mail server (HOUSESTAFF_SMTP)"
    seen = f"{mail}; {backlog.waiting} waiting, {backlog.dead} dead letters"
    if backlog.dead:
        return Finding("notices", Health.WARN, seen, "mend addresses (housestaff notices prefer) or HOUSESTAFF_SMTP")
    if backlog.late:
        return Finding("notices", Health.WARN, f"{seen}, overdue", "is a worker running? housestaff worker")
    return Finding("notices", Health.OK, seen)


async def worker(settings: Settings, database: Database) -> Finding:
    """Whether somebody carries solve runs out and delivers notices."""
    async with worker_unit(database, dt.datetime.now(dt.UTC)) as unit:
        there, waiting = await unit.runs.jobs.workers(), await unit.runs.waiting()
    seen = f"{there} running; {waiting} runs waiting"
    if there:
        return Finding("worker", Health.OK, seen)
    advice = "housestaff serve starts one; or run housestaff worker"
    return Finding("worker", Health.WARN if waiting or settings.shared else Health.OK, seen, advice)


async def trail(settings: Settings, database: Database) -> Finding:
    """Whether every audit chain holds."""
    del settings
    async with database.session() as session:
        verdicts = [await audit.verify(session, chain) for chain in await audit.programs(session)]
    links = sum(v.links for v in verdicts)
    if broken := [v for v in verdicts if v.broken is not None]:
        seen = f"{broken[0].program} is broken at link {broken[0].broken}"
        return Finding("audit", Health.FAIL, seen, "housestaff audit verify; compare with a backup")
    return Finding("audit", Health.OK, f"{links} links hold")


CHECKS: Sequence[Check] = (interpreter, storage, clock, keys, accounts, programs, worker, notices, trail)


async def examine(settings: Settings, database: Database) -> list[Finding]:
    """Every check's finding; one that breaks is a finding itself."""
    found: list[Finding] = []
    for check in CHECKS:
        try:
            found.append(await check(settings, database))
        except Exception as error:  # noqa: BLE001 - a broken check is what the doctor is for
            found.append(Finding(check.__name__, Health.FAIL, f"could not be checked: {type(error).__name__}"))
    return found

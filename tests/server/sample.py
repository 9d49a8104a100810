"""A catalogue only tests know: one tool of each effect, one that breaks, one of one's own; and people who may use them."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Annotated, ClassVar

import anyio
import uvicorn
from pydantic import Field
from sqlalchemy import text
from starlette.types import ASGIApp

from auth import accounts, tokens
from auth.roles import Role
from auth.scopes import Scope
from resources.prompts import PROMPTS
from resources.resource import Body, Call, Place, ProgramPlace, Resource
from scheduling.model.errors import ConflictError
from scheduling.store.database import Database
from server.app import House
from server.catalogue import Catalogue
from server.settings import Settings, read_settings
from tools.tool import Args, Effect, ListArgs, Result, Shape, Tool

SECRET = "Zq9-private-words"


class CountArgs(ListArgs):
    rows: Annotated[int, Field(ge=0, le=5000, description="How many.")] = 3
    boom: str | None = None
    kind: Annotated[str | None, Field(description="`deep` needs more rights.")] = None


class Row(Shape):
    n: int
    person: str | None
    name: str | None = None


class CountResult(Result):
    pages: ClassVar[str | None] = "rows"

    rows: tuple[Row, ...]
    who: str
    role: str


async def count(args: CountArgs, call: Call) -> CountResult:
    if args.boom:
        raise RuntimeError(f"broken by {args.boom}")
    if args.rows == 0:
        raise ConflictError("nothing can be counted", hint="ask for a row")
    await call.progress(1, 2, "counting")
    async with call.unit() as unit:
        people = [p.id for p in (await unit.program(call.program)).people]
    rows = tuple(Row(n=n, person=people[n % len(people)] if people else None) for n in range(args.rows))
    return CountResult(rows=rows, who=call.principal.account, role=str(call.access.role))


class NoteArgs(Args):
    date: dt.date
    fail: bool = False


class NoteResult(Result):
    holidays: int


async def note(args: NoteArgs, call: Call) -> NoteResult:
    async with call.unit() as unit:
        await unit.lock(call.program)
        program = await unit.program(call.program)
        window = program.calendar.block_of(args.date).window
        inside = {d: t for d, t in program.holidays.items() if d in window} | {args.date: "a day off"}
        await unit.programs.set_holidays(call.program, window, inside)
        if args.fail:
            raise ConflictError("it changed its mind")
    return NoteResult(holidays=len(inside))


class OwnArgs(Args):
    person: str


class OwnResult(Result):
    person: str


async def own(args: OwnArgs, call: Call) -> OwnResult:
    call.require_own(Scope.SCHEDULE_PROPOSE, args.person)
    return OwnResult(person=args.person)


class DayPlace(ProgramPlace):
    date: dt.date
    part: str | None = None


class DayBody(Body):
    date: dt.date
    part: str | None
    program: str


async def day(place: DayPlace, call: Call) -> DayBody:
    return DayBody(date=place.date, part=place.part, program=call.program)


async def trail(place: ProgramPlace, call: Call) -> str:
    del place
    return f"the audit of {call.program}"


class MineBody(Body):
    memberships: dict[str, str]


async def mine(place: Place, call: Call) -> MineBody:
    del place
    return MineBody(memberships={p: m.role.value for p, m in call.principal.memberships.items()})


async def dates(prefix: str, known: object, call: Call) -> list[str]:
    del known, call
    return [d for d in ("2026-03-13", "2026-03-14", "2027-01-01") if d.startswith(prefix)]


def deep(args: CountArgs) -> set[Scope]:
    return {Scope.AUDIT_READ} if args.kind == "deep" else set()


READ = {Scope.SCHEDULE_READ}
TOOLS = (
    Tool("count_rows", "Count rows", "Counts.", CountArgs, CountResult, READ, Effect.READ, count, also=deep),
    Tool(
        "plan_own",
        "Plan own",
        "Plans.",
        OwnArgs,
        OwnResult,
        {Scope.SCHEDULE_PROPOSE},
        Effect.PROPOSE,
        own,
        own={Scope.SCHEDULE_PROPOSE},
    ),
    Tool(
        "add_note",
        "Add note",
        "Commits.",
        NoteArgs,
        NoteResult,
        {Scope.SCHEDULE_COMMIT},
        Effect.COMMIT,
        note,
        idempotent=True,
    ),
)
RESOURCES = (
    Resource("housestaff://mine", "mine", "Mine", "Own roles.", Place, set(), mine),
    Resource(
        "housestaff://{program}/day/{date}{?part}",
        "day",
        "Day",
        "A day.",
        DayPlace,
        READ,
        day,
        completions={"date": dates},
    ),
    Resource(
        "housestaff://{program}/audit",
        "audit",
        "Audit",
        "The trail.",
        ProgramPlace,
        {Scope.AUDIT_READ},
        trail,
        mime="text/plain",
    ),
)
CATALOGUE = Catalogue(TOOLS, RESOURCES, PROMPTS)


@dataclass
class Town:
    """A database with two programs and one account for every role, and the tokens of each."""

    database: Database
    settings: Settings
    issued: dict[str, tokens.Issued] = field(default_factory=dict)

    def house(self) -> House:
        return House(self.database, self.settings, CATALOGUE)

    async def token(
        self,
        account: str,
        *,
        scopes: set[Scope] | None = None,
        days: int = 30,
        audience: str = tokens.DEPLOYMENT,
        now: dt.datetime | None = None,
    ) -> tokens.Issued:
        async with self.database.session() as session:
            issued = await tokens.issue(
                session, account, now=now or dt.datetime.now(dt.UTC), scopes=scopes, days=days, audience=audience
            )
            await session.commit()
        return issued

    async def run(self, statement: str) -> None:
        async with self.database.session() as session:
            await session.execute(text(statement))
            await session.commit()

    async def rows(self, program: str = "demo") -> list[tuple[str, str, str]]:
        """Caller, tool and outcome of each audit row, oldest first."""
        async with self.database.session() as session:
            found = await session.execute(
                text("select caller, tool, outcome from audit where program = :p order by seq"), {"p": program}
            )
            return [(r.caller, r.tool, r.outcome) for r in found]


async def settle(database: Database, settings: Settings) -> Town:
    """Fill a database: programs demo and other, `root` everywhere, one account per role in demo, `far` only in other."""
    town = Town(database, settings)
    await town.run(
        "insert into programs (slug, zone, today) values ('demo', 'UTC', '2026-03-13'), ('other', 'UTC', null)"
    )
    await town.run(
        "insert into people (program, id, kind) values ('demo', 'fac-01', 'faculty'), ('demo', 'pgy1-01', 'resident')"
    )
    async with database.session() as session:
        await accounts.add(session, "root", Role.ADMIN, "*")
        for role in Role:
            person = "pgy1-01" if role is Role.RESIDENT else None
            await accounts.add(session, role.value, role, "demo", person=person)
        await accounts.add(session, "far", Role.ADMIN, "other")
        now = dt.datetime.now(dt.UTC)
        for name in ("root", "far", *(role.value for role in Role)):
            town.issued[name] = await tokens.issue(session, name, now=now)
        await session.commit()
    return town


_kept: dict[int, socket.socket] = {}


def free_port() -> int:
    """A port of this process alone: its socket is kept until a server answers there."""
    opened = socket.socket()
    opened.bind(("127.0.0.1", 0))
    port = int(opened.getsockname()[1])
    _kept[port] = opened
    return port


class Listener(uvicorn.Server):
    """A server that says when it accepts connections, and leaves signals to the test run."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = anyio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(town: Town) -> AsyncIterator[str]:
    """The town's server on loopback HTTP; yields its base URL."""
    async with answering(town.house().http(), town.settings):
        yield town.settings.base_url


@asynccontextmanager
async def answering(app: ASGIApp, settings: Settings) -> AsyncIterator[None]:
    """An application at the port of these settings."""
    port = int(settings.base_url.rsplit(":", 1)[1])
    server = Listener(uvicorn.Config(app, port=port, log_config=None, access_log=False, timeout_graceful_shutdown=1))
    async with anyio.create_task_group() as group:
        group.start_soon(server.serve, [_kept.pop(port)] if port in _kept else None)
        with anyio.fail_after(60):
            await server.ready.wait()
        try:
            yield
        finally:
            server.should_exit = True


def settings_for(port: int, **environ: str) -> Settings:
    return read_settings({"DATABASE_URL": "postgresql://unused/x", "HOUSESTAFF_PORT": str(port), **environ})

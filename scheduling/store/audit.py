"""The audit trail: who did what through which client, hash-chained per program."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import JSON, TIMESTAMP, BigInteger, Index, LargeBinary, Text, bindparam, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.store.tables import Base

SERVER = "-"
"""The chain of calls that reached no program: unknown ones, and those about the server itself."""

OK = "ok"
"""The outcome of a call that did what it was asked; any other outcome is an error's code."""


@dataclass(slots=True)
class AuditContext:
    """What is known of a call before it runs. It carries no argument, only their hash.

    `caller` is an account id, `tool` a tool, resource, prompt or command. `recorded` turns true once a row of this
    call stands in a transaction: the edge then writes none of its own.
    """

    caller: str
    client: str
    tool: str
    arguments_hash: str
    program: str
    at: dt.datetime
    recorded: bool = field(default=False, compare=False)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row: the call, how it ended, and the ids of what it touched (never names, reasons or free text)."""

    context: AuditContext
    outcome: str = OK
    facts: Mapping[str, object] = field(default_factory=dict)

    def body(self) -> str:
        """The canonical text the chain is hashed over: sorted keys, no spaces, UTC to the microsecond."""
        call = self.context
        return canonical(
            {
                "program": call.program,
                "at": call.at.astimezone(dt.UTC).isoformat(timespec="microseconds"),
                "caller": call.caller,
                "client": call.client,
                "tool": call.tool,
                "arguments": call.arguments_hash,
                "outcome": self.outcome,
                "facts": dict(self.facts),
            }
        )


def canonical(value: object) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def arguments_hash(arguments: Mapping[str, object]) -> str:
    """The hex sha256 of a call's arguments in canonical form."""
    return hashlib.sha256(canonical(arguments).encode("utf-8", "surrogatepass")).hexdigest()


class AuditRow(Base):
    """One link of a program's chain; never updated, never deleted (a trigger refuses both)."""

    __tablename__ = "audit"

    program: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True))
    caller: Mapped[str] = mapped_column(Text)
    client: Mapped[str] = mapped_column(Text)
    tool: Mapped[str] = mapped_column(Text)
    arguments: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text)
    facts: Mapped[dict[str, object]] = mapped_column(JSON)
    hash: Mapped[bytes] = mapped_column(LargeBinary)

    __table_args__ = (Index(None, "program", "at"), Index(None, "program", "caller", "at"))

    def entry(self) -> AuditEntry:
        """The row as the value that was appended."""
        context = AuditContext(
            caller=self.caller,
            client=self.client,
            tool=self.tool,
            arguments_hash=self.arguments,
            program=self.program,
            at=self.at,
            recorded=True,
        )
        return AuditEntry(context, self.outcome, self.facts)


class AuditHead(Base):
    """The end of each chain; its row lock puts the links of one program in order."""

    __tablename__ = "audit_head"

    program: Mapped[str] = mapped_column(Text, primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


# One statement: the upsert takes the head's lock, reads it as committed and moves it; the insert writes what it became.
_APPEND = text(
    """
    with link as (
      insert into audit_head as head (program, seq, hash) values (:program, 1, sha256(:body))
      on conflict (program) do update set seq = head.seq + 1, hash = sha256(head.hash || :body)
      returning seq, hash
    )
    insert into audit (program, seq, at, caller, client, tool, arguments, outcome, facts, hash)
    select :program, seq, :at, :caller, :client, :tool, :arguments, :outcome, :facts, hash from link
    """
).bindparams(
    bindparam("program", type_=Text),
    bindparam("body", type_=LargeBinary),
    bindparam("at", type_=TIMESTAMP(timezone=True)),
    bindparam("caller", type_=Text),
    bindparam("client", type_=Text),
    bindparam("tool", type_=Text),
    bindparam("arguments", type_=Text),
    bindparam("outcome", type_=Text),
    bindparam("facts", type_=JSON),
)


async def append(session: AsyncSession, entry: AuditEntry) -> None:
    """Add a link to the entry's chain, as the last thing before the transaction commits.

    It holds the chain until then, so whatever else the transaction locks comes first.
    """
    call = entry.context
    await session.execute(
        _APPEND,
        {
            "program": call.program,
            "body": entry.body().encode(),
            "at": call.at,
            "caller": call.caller,
            "client": call.client,
            "tool": call.tool,
            "arguments": call.arguments_hash,
            "outcome": entry.outcome,
            "facts": dict(entry.facts),
        },
    )
    call.recorded = True


async def append_apart(session: AsyncSession, entry: AuditEntry) -> None:
    """Add a link in a transaction of its own that changes nothing else, and commit it.

    It does not wait for the disk: what a crash may take with it is the end of the chain, links and head together.
    """
    await session.execute(text("set local synchronous_commit = off"))
    await append(session, entry)
    await session.commit()


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a walk along a chain found: how many links, and the first broken one with the reason (None: all hold)."""

    program: str
    links: int
    broken: int | None = None
    reason: str = ""


async def verify(session: AsyncSession, program: str) -> Verdict:
    """Walk a program's chain from its start and compare every link and the head."""
    head = await session.get(AuditHead, program)
    expected, seen = b"", 0
    rows = await session.stream_scalars(select(AuditRow).where(AuditRow.program == program).order_by(AuditRow.seq))
    async for row in rows:
        seen += 1
        if row.seq != seen:
            return Verdict(program, seen, seen, "the link is missing")
        expected = hashlib.sha256(expected + row.entry().body().encode()).digest()
        if row.hash != expected:
            return Verdict(program, seen, seen, "the link does not follow from the one before it")
    if (seen, expected) != ((head.seq, head.hash) if head else (0, b"")):
        return Verdict(program, seen, seen + 1, "the chain does not end where its head says")
    return Verdict(program, seen)


async def programs(session: AsyncSession) -> list[str]:
    """The programs that have a chain, the server's own included, sorted."""
    found = set(await session.scalars(select(AuditHead.program)))
    return sorted(found | set(await session.scalars(select(AuditRow.program).distinct())))

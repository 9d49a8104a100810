"""Tables of solve runs: the runs, snapshots of their incumbents, and the key that snapshots are sealed with."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.run import UNDER_WAY, RunKind, RunState
from scheduling.store.program_tables import instant, one_of
from scheduling.store.tables import Base

JOBS = "jobs"
"""The schema that holds procrastinate's tables and functions."""

ONE_RUN = "uq_runs_under_way"
_UNDER_WAY = one_of("state", UNDER_WAY)


class RunRow(Base):
    """A run. Whoever works on it writes only where `lease` is still theirs."""

    __tablename__ = "runs"
    __table_args__ = (
        CheckConstraint(one_of("state", tuple(RunState)), name="state"),
        CheckConstraint(one_of("kind", tuple(RunKind)), name="kind"),
        CheckConstraint(f"({_UNDER_WAY}) = (ended_at is null)", name="ended"),
        Index(ONE_RUN, "program", "request_hash", unique=True, postgresql_where=text(_UNDER_WAY)),
        Index("ix_runs_under_way", "state", "heartbeat", postgresql_where=text(_UNDER_WAY)),
        Index(None, "program", "made_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    kind: Mapped[str] = mapped_column(Text)
    request: Mapped[dict[str, Any]] = mapped_column(JSONB)
    request_hash: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    job: Mapped[int | None] = mapped_column(BigInteger)
    lease: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    tries: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    heartbeat: Mapped[dt.datetime | None] = mapped_column(instant())
    stop_by: Mapped[str | None] = mapped_column(Text)
    progress: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=text("'{}'::jsonb"))
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    started_at: Mapped[dt.datetime | None] = mapped_column(instant())
    ended_at: Mapped[dt.datetime | None] = mapped_column(instant())


class SnapshotRow(Base):
    """A sealed incumbent; `seal` is a keyed hash over everything else in the row but its number."""

    __tablename__ = "run_snapshots"
    __table_args__ = (Index(None, "run", "id"), Index(None, "until"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    run: Mapped[str] = mapped_column(ForeignKey("runs.id", ondelete="CASCADE"))
    lease: Mapped[int] = mapped_column(BigInteger)
    problem: Mapped[str] = mapped_column(Text)
    phase: Mapped[str] = mapped_column(Text)
    tier: Mapped[str] = mapped_column(Text)
    objective: Mapped[int] = mapped_column(BigInteger)
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(instant())
    until: Mapped[dt.datetime] = mapped_column(instant())
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class KeyRow(Base):
    """A key this database made for itself, where the environment gives none."""

    __tablename__ = "server_keys"

    purpose: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[dt.datetime] = mapped_column(instant())

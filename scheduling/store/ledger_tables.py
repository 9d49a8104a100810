"""Tables of what was done: results kept by idempotency key, events waiting for delivery, imports."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, SmallInteger, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.store.program_tables import instant
from scheduling.store.tables import Base

CHANNEL = "housestaff_outbox"
"""What PostgreSQL notifies, without a payload, whenever events were committed."""


class IdempotencyRow(Base):
    """The result of a commit under a key of its caller; `request` is the hash of the arguments it was made with."""

    __tablename__ = "idempotency"
    __table_args__ = (Index(None, "at"),)

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    tool: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    request: Mapped[str] = mapped_column(Text)
    result: Mapped[dict[str, Any]] = mapped_column(JSONB)
    at: Mapped[dt.datetime] = mapped_column(instant())


class OutboxRow(Base):
    """An event, written with the change it tells of. `due` is when delivery may next be tried, None when it is over."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("program", "dedupe_key"),
        Index("ix_outbox_due", "due", "id", postgresql_where=text("due is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dedupe_key: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(instant())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    due: Mapped[dt.datetime | None] = mapped_column(instant())
    delivered_at: Mapped[dt.datetime | None] = mapped_column(instant())


class ImportRow(Base):
    """An import that was carried out, with the digest of its input."""

    __tablename__ = "imports"
    __table_args__ = (Index(None, "program", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    digest: Mapped[str] = mapped_column(Text)
    report: Mapped[dict[str, Any]] = mapped_column(JSONB)
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(instant())

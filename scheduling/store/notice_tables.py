"""Tables of notices: who wants to hear of what and how, what they were told, and what is still to be sent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Identity,
    Index,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.notice import Channel
from scheduling.store.program_tables import instant, one_of
from scheduling.store.tables import Base


class ReceiverRow(Base):
    """How somebody is told: a person of the roster by id, or an account as `@id`. Without a row: in the app only.

    `kinds` narrows the events (empty: all); `follows` widens from one's own to the whole program's.
    """

    __tablename__ = "receivers"

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    receiver: Mapped[str] = mapped_column(Text, primary_key=True)
    email: Mapped[str | None] = mapped_column(Text)
    webhook: Mapped[str | None] = mapped_column(Text)
    secret: Mapped[str | None] = mapped_column(Text)
    kinds: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'::text[]"))
    follows: Mapped[bool] = mapped_column(server_default=text("false"))
    digest: Mapped[bool] = mapped_column(server_default=text("false"))


class NoticeRow(Base):
    """One event told to one receiver: the in-app list, written once for each dedupe key."""

    __tablename__ = "notices"
    __table_args__ = (UniqueConstraint("program", "receiver", "dedupe_key"), Index(None, "program", "receiver", "id"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    receiver: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    dedupe_key: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(instant())
    read_at: Mapped[dt.datetime | None] = mapped_column(instant())


class DeliveryRow(Base):
    """A notice on its way through one channel; `due` None with no `sent_at` is a dead letter."""

    __tablename__ = "deliveries"
    __table_args__ = (
        CheckConstraint(one_of("channel", tuple(Channel)), name="channel"),
        UniqueConstraint("notice", "channel"),
        Index("ix_deliveries_due", "due", "id", postgresql_where=text("due is not null")),
        Index("ix_deliveries_dead", "id", postgresql_where=text("due is null and sent_at is null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    notice: Mapped[int] = mapped_column(ForeignKey("notices.id"))
    channel: Mapped[str] = mapped_column(Text)
    due: Mapped[dt.datetime | None] = mapped_column(instant())
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default=text("0"))
    sent_at: Mapped[dt.datetime | None] = mapped_column(instant())
    error: Mapped[str | None] = mapped_column(Text)

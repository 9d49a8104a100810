"""Tables of versions: their packed content, the same as rows, which one is live, and what was published when."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.lifecycle import Move, VersionState
from scheduling.model.override import Source
from scheduling.store.program_tables import FREE_TEXT, instant, one_of
from scheduling.store.tables import Base


class VersionRow(Base):
    """One version. `packed` (zlib over the canonical bytes, whose sha256 is `hash`) is the truth; content never changes.

    `first_call` and `last_call` are the first and last night with a caller in it.
    """

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("program", "hash"),
        UniqueConstraint("id", "program", "year", "number"),
        ForeignKeyConstraint(["program", "parent"], ["versions.program", "versions.hash"]),
        CheckConstraint("hash ~ '^[0-9a-f]{64}$'", name="hash"),
        CheckConstraint(one_of("state", tuple(VersionState)), name="state"),
        CheckConstraint('start <= "end"', name="dates"),
        CheckConstraint("(first_call is null) = (last_call is null)", name="calls"),
        Index(None, "program", "year", "number", "created_at"),
        Index(None, "program", "parent", postgresql_where=text("parent is not null")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    hash: Mapped[str] = mapped_column(Text)
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    start: Mapped[dt.date]
    end: Mapped[dt.date]
    packed: Mapped[bytes] = mapped_column(LargeBinary)
    partial: Mapped[bool]
    first_call: Mapped[dt.date | None]
    last_call: Mapped[dt.date | None]
    state: Mapped[str] = mapped_column(Text)
    origin: Mapped[str] = mapped_column(Text)
    parent: Mapped[str | None] = mapped_column(Text)
    created_by: Mapped[str] = mapped_column(Text)
    created_at: Mapped[dt.datetime] = mapped_column(instant())


class CellRow(Base):
    """One assignment of one version, for questions asked in SQL; readers of schedules take the packed bytes."""

    __tablename__ = "cells"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        CheckConstraint("part between 0 and 2", name="part"),
        CheckConstraint(one_of("source", tuple(Source)), name="source"),
        Index(None, "version", "date", "part", postgresql_include=["person", "activity"]),
        Index(None, "program", "person", "date"),
    )

    version: Mapped[int] = mapped_column(ForeignKey("versions.id"), primary_key=True)
    person: Mapped[str] = mapped_column(Text, primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    part: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    program: Mapped[str] = mapped_column(Text)
    activity: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)


class LiveRow(Base):
    """Which version of a block is live; moved only by compare-and-swap."""

    __tablename__ = "live"
    __table_args__ = (
        ForeignKeyConstraint(
            ["version", "program", "year", "number"],
            ["versions.id", "versions.program", "versions.year", "versions.number"],
        ),
        Index(None, "version", "program", "year", "number"),
    )

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)


class PublicationRow(Base):
    """One move of a live pointer. `version` is None where a rollback left the block without a live version."""

    __tablename__ = "publications"
    __table_args__ = (
        ForeignKeyConstraint(["program", "version"], ["versions.program", "versions.hash"]),
        ForeignKeyConstraint(["program", "previous"], ["versions.program", "versions.hash"]),
        CheckConstraint(one_of("move", tuple(Move)), name="move"),
        CheckConstraint(f"length(reason) <= {FREE_TEXT}", name="reason"),
        Index(None, "program", "year", "number", "id"),
        Index(None, "program", "version"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    year: Mapped[int] = mapped_column(SmallInteger)
    number: Mapped[int] = mapped_column(SmallInteger)
    move: Mapped[str] = mapped_column(Text)
    version: Mapped[str | None] = mapped_column(Text)
    previous: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    rollback_until: Mapped[dt.datetime | None] = mapped_column(instant())
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[dt.datetime] = mapped_column(instant())

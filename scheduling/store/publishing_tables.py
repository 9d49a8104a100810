"""Tables of publishing: stages, waivers of findings, and the secrets of calendar feeds."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, LargeBinary, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.stage import StageState
from scheduling.store.program_tables import FREE_TEXT, instant, one_of
from scheduling.store.tables import Base

ONE_WAIVER = "uq_waivers_standing"


class StageRow(Base):
    """A stage. `body` is what its digest is made of, `changes` its cells, `result` what publishing it answered."""

    __tablename__ = "stages"
    __table_args__ = (
        CheckConstraint(one_of("state", tuple(StageState)), name="state"),
        CheckConstraint("(state = 'published') = (result is not null)", name="result"),
        Index(None, "program", "made_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    digest: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    changes: Mapped[list[list[Any]]] = mapped_column(JSONB)
    result: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[dt.datetime | None] = mapped_column(instant())


class WaiverRow(Base):
    """A finding accepted by a person, for a reason, until a date; one stands for each finding, past ones are kept."""

    __tablename__ = "waivers"
    __table_args__ = (
        CheckConstraint(f"length(reason) between 1 and {FREE_TEXT}", name="reason"),
        Index(ONE_WAIVER, "program", "finding", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    finding: Mapped[str] = mapped_column(Text)
    rule: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[dt.date | None]
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    ended_by: Mapped[str | None] = mapped_column(Text)
    ended_at: Mapped[dt.datetime | None] = mapped_column(instant())


class FeedRow(Base):
    """A calendar subscription of one person; only the hash of its secret is kept."""

    __tablename__ = "feeds"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        Index(None, "program", "person"),
    )

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    program: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    revoked_at: Mapped[dt.datetime | None] = mapped_column(instant())

"""Tables of the overlay: overrides, and the plans they may come from."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.override import OverrideType
from scheduling.model.proposal import PlanState
from scheduling.store.program_tables import FREE_TEXT, instant, one_of
from scheduling.store.tables import Base

ONE_ACTIVE = "uq_overrides_active"
ONE_COVERAGE = "uq_overrides_covering"


class PlanRow(Base):
    """A stored plan: what it would do, and the versions and overlay it was made on."""

    __tablename__ = "plans"
    __table_args__ = (
        CheckConstraint(one_of("state", tuple(PlanState)), name="state"),
        Index(None, "program", "made_at"),
        Index(None, "program", "digest"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    kind: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(JSONB)
    versions: Mapped[dict[str, str]] = mapped_column(JSONB)
    overlay: Mapped[int] = mapped_column(BigInteger)
    state: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    applied_key: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str | None] = mapped_column(Text)
    decided_at: Mapped[dt.datetime | None] = mapped_column(instant())


class OverrideRow(Base):
    """An override, active or past. The two partial unique indexes are what keeps a slot from being overridden twice."""

    __tablename__ = "overrides"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        ForeignKeyConstraint(["program", "replacement"], ["people.program", "people.id"]),
        CheckConstraint(one_of("type", tuple(OverrideType)), name="type"),
        CheckConstraint("(type = 'coverage') = (replacement is not null)", name="replacement"),
        CheckConstraint("replacement <> person", name="somebody_else"),
        CheckConstraint("part between 0 and 2", name="part"),
        CheckConstraint("active = (deactivated_at is null)", name="deactivated"),
        CheckConstraint(f"length(reason) <= {FREE_TEXT} and length(notes) <= {FREE_TEXT}", name="text"),
        Index(ONE_ACTIVE, "program", "person", "date", "part", unique=True, postgresql_where=text("active")),
        Index(
            ONE_COVERAGE,
            "program",
            "replacement",
            "date",
            "part",
            unique=True,
            postgresql_where=text("active and replacement is not null"),
        ),
        Index("ix_overrides_active", "program", "date", postgresql_where=text("active")),
        Index(None, "program", "date", "id"),
        Index(None, "plan", postgresql_where=text("plan is not null")),
        Index(None, "supersedes", postgresql_where=text("supersedes is not null")),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"))
    person: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date]
    part: Mapped[int] = mapped_column(SmallInteger)
    activity: Mapped[str] = mapped_column(Text)
    type: Mapped[str] = mapped_column(Text)
    replacement: Mapped[str | None] = mapped_column(Text)
    plan: Mapped[str | None] = mapped_column(ForeignKey("plans.id"))
    supersedes: Mapped[str | None] = mapped_column(ForeignKey("overrides.id"))
    reason: Mapped[str] = mapped_column(Text)
    notes: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[dt.datetime] = mapped_column(instant())
    deactivated_by: Mapped[str | None] = mapped_column(Text)
    deactivated_at: Mapped[dt.datetime | None] = mapped_column(instant())

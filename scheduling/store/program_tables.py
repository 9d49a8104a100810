"""Tables of a program's facts: people, calendar, holidays, policies, absences and duty records."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, SmallInteger, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP
from sqlalchemy.orm import Mapped, mapped_column

from scheduling.model.absence import AbsenceStatus, AbsenceType
from scheduling.model.duty_record import LONGEST, DutyKind
from scheduling.model.person import FacultyRole, Kind
from scheduling.store.tables import Base

EMPTY_OBJECT = text("'{}'::jsonb")
EMPTY_LIST = text("'{}'::smallint[]")
NOW = text("now()")
FREE_TEXT = 2000
"""Most characters of a reason or note."""


def instant() -> TIMESTAMP:
    """A column type for instants: always with a zone, stored in UTC."""
    return TIMESTAMP(timezone=True)


def one_of(
    column: str, values: type[Kind | FacultyRole | AbsenceType | AbsenceStatus | DutyKind] | tuple[str, ...]
) -> str:
    """SQL that holds when the column is one of the values."""
    return f"{column} in ({', '.join(repr(str(v)) for v in values)})"


class ProgramRow(Base):
    """One program. `overlay` counts the changes of its overrides, `facts` those of everything else in this module."""

    __tablename__ = "programs"
    __table_args__ = (CheckConstraint("slug ~ '^[a-z0-9][a-z0-9-]{0,59}$' and slug <> 'programs'", name="slug"),)

    slug: Mapped[str] = mapped_column(Text, primary_key=True)
    zone: Mapped[str] = mapped_column(Text)
    today: Mapped[dt.date | None]
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    overlay: Mapped[int] = mapped_column(server_default=text("0"))
    facts: Mapped[int] = mapped_column(server_default=text("0"))
    created_at: Mapped[dt.datetime] = mapped_column(instant(), server_default=NOW)


class PersonRow(Base):
    """One person; never deleted, only made inactive, because versions name them. `name` is sensitive."""

    __tablename__ = "people"
    __table_args__ = (
        ForeignKeyConstraint(["program", "supervisor"], ["people.program", "people.id"]),
        CheckConstraint(one_of("kind", Kind), name="kind"),
        CheckConstraint(one_of("role", FacultyRole), name="role"),
        CheckConstraint("role is null or kind = 'faculty'", name="role_of_faculty"),
        Index(None, "program", "supervisor", postgresql_where=text("supervisor is not null")),
    )

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    kind: Mapped[str] = mapped_column(Text)
    role: Mapped[str | None] = mapped_column(Text)
    pgy: Mapped[dict[str, int]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    limits: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    limits_by_year: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default=EMPTY_OBJECT)
    available_weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default=EMPTY_LIST)
    avoid_call_weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default=EMPTY_LIST)
    prefer_call_weekdays: Mapped[list[int]] = mapped_column(ARRAY(SmallInteger), server_default=EMPTY_LIST)
    supervisor: Mapped[str | None] = mapped_column(Text)
    site: Mapped[str] = mapped_column(Text, server_default=text("''"))
    name: Mapped[str | None] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(server_default=text("true"))


class CredentialRow(Base):
    """One credential of one person."""

    __tablename__ = "credentials"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        CheckConstraint("level between 0 and 3", name="level"),
        Index(None, "program", "code", "person"),
    )

    program: Mapped[str] = mapped_column(Text, primary_key=True)
    person: Mapped[str] = mapped_column(Text, primary_key=True)
    code: Mapped[str] = mapped_column(Text, primary_key=True)
    level: Mapped[int] = mapped_column(SmallInteger)
    expires: Mapped[dt.date | None]


class BlockRow(Base):
    """A block of a program's own calendar; a year without rows has the default blocks."""

    __tablename__ = "blocks"
    __table_args__ = (CheckConstraint('start <= "end"', name="dates"),)

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    year: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    number: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    start: Mapped[dt.date]
    end: Mapped[dt.date]


class HolidayRow(Base):
    """A holiday of a program."""

    __tablename__ = "holidays"

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(Text)


class PolicyRow(Base):
    """A policy as adopted, from a date on. `text` is TOML or JSON, `digest` the content hash of what it says."""

    __tablename__ = "policies"

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    effective: Mapped[dt.date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text)
    adopted_by: Mapped[str] = mapped_column(Text)
    adopted_at: Mapped[dt.datetime] = mapped_column(instant())


class AbsenceRow(Base):
    """An absence; several of one person may overlap. `type` and `reason` are sensitive."""

    __tablename__ = "absences"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        CheckConstraint('(start, start_part) <= ("end", end_part)', name="order"),
        CheckConstraint("start_part between 0 and 2 and end_part between 0 and 2", name="parts"),
        CheckConstraint(one_of("type", AbsenceType), name="type"),
        CheckConstraint(one_of("status", AbsenceStatus), name="status"),
        CheckConstraint(f"length(reason) <= {FREE_TEXT}", name="reason"),
        Index(None, "program", "person", "start"),
        Index(None, "program", "start", "end"),
    )

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    start: Mapped[dt.date]
    end: Mapped[dt.date]
    start_part: Mapped[int] = mapped_column(SmallInteger)
    end_part: Mapped[int] = mapped_column(SmallInteger)
    type: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[dt.datetime] = mapped_column(instant())


class DutyRecordRow(Base):
    """Hours beyond the schedule: `start` and `end` are minutes after the local midnight of `date`. `reason` is sensitive."""

    __tablename__ = "duty_records"
    __table_args__ = (
        ForeignKeyConstraint(["program", "person"], ["people.program", "people.id"]),
        CheckConstraint(one_of("kind", DutyKind), name="kind"),
        CheckConstraint("start between 0 and 1439", name="start"),
        CheckConstraint(f'start < "end" and "end" <= start + {LONGEST}', name="end"),
        CheckConstraint("kind = 'transition' or not new_patients", name="new_patients"),
        CheckConstraint(f"length(reason) <= {FREE_TEXT}", name="reason"),
        Index(None, "program", "date"),
        Index(None, "program", "person", "date"),
    )

    program: Mapped[str] = mapped_column(ForeignKey("programs.slug"), primary_key=True)
    id: Mapped[str] = mapped_column(Text, primary_key=True)
    person: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    date: Mapped[dt.date]
    start: Mapped[int] = mapped_column(SmallInteger)
    end: Mapped[int] = mapped_column(SmallInteger)
    reason: Mapped[str | None] = mapped_column(Text)
    new_patients: Mapped[bool] = mapped_column(server_default=text("false"))
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[dt.datetime] = mapped_column(instant())

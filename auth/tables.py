"""Accounts, their roles per program, their tokens and the one-time links that set a server up.

Secrets are kept as sha256 only: they are 256 random bits, so a slow hash would add nothing.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ARRAY, TIMESTAMP, CheckConstraint, ForeignKey, LargeBinary, Text, func
from sqlalchemy.orm import Mapped, mapped_column

from auth.roles import Role
from scheduling.store.tables import Base

_ROLES = ", ".join(f"'{role}'" for role in Role)


class Account(Base):
    """Somebody who may call; `id` is the label an administrator chose, and what audit rows carry."""

    __tablename__ = "accounts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    disabled_at: Mapped[dt.datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class RoleRow(Base):
    """What an account is in a program (a slug, or `*` for every program), and which person of its roster."""

    __tablename__ = "roles"

    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True)
    program: Mapped[str] = mapped_column(Text, primary_key=True)
    role: Mapped[str] = mapped_column(Text)
    person: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (CheckConstraint(f"role in ({_ROLES})", name="role"),)


class TokenRow(Base):
    """A bearer token: its hash, what it is for, until when, and when it was last seen (to the minute)."""

    __tablename__ = "tokens"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey("accounts.id", ondelete="CASCADE"), index=True)
    hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    audience: Mapped[str] = mapped_column(Text)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True))
    revoked_at: Mapped[dt.datetime | None] = mapped_column(TIMESTAMP(timezone=True))
    last_used_at: Mapped[dt.datetime | None] = mapped_column(TIMESTAMP(timezone=True))


class SetupLink(Base):
    """A link that makes the first administrator, once."""

    __tablename__ = "setup_links"

    hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    created_at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True), server_default=func.now())
    expires_at: Mapped[dt.datetime] = mapped_column(TIMESTAMP(timezone=True))
    used_at: Mapped[dt.datetime | None] = mapped_column(TIMESTAMP(timezone=True))

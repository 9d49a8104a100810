"""The first administrator: there is no default account, only a link that works once."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import delete, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth import accounts, tokens
from auth.roles import EVERY_PROGRAM, Role
from auth.secret import SETUP, digest, mint
from auth.store import has_administrator
from auth.tables import Account, SetupLink
from auth.tokens import Issued
from scheduling.model.errors import ForbiddenError

_LIFE = dt.timedelta(hours=24)
_LOCK = 0x686F7573655F7365  # "house_se": one first administrator, whoever asks at once


async def offer(session: AsyncSession, now: dt.datetime) -> str | None:
    """A new setup secret, valid for a day, while nobody administers this server; None once somebody does."""
    if await has_administrator(session):
        return None
    await session.execute(delete(SetupLink).where(SetupLink.expires_at <= now))
    secret = mint(SETUP)
    session.add(SetupLink(hash=digest(secret), created_at=now, expires_at=now + _LIFE))
    await session.flush()
    return secret


async def is_open(session: AsyncSession, secret: str, now: dt.datetime) -> bool:
    """True while the secret would still make an administrator; asking uses nothing up."""
    live = select(SetupLink.hash).where(
        SetupLink.hash == digest(secret), SetupLink.used_at.is_(None), SetupLink.expires_at > now
    )
    return await session.scalar(live) is not None and not await has_administrator(session)


async def redeem(session: AsyncSession, secret: str, account: str, now: dt.datetime) -> Issued:
    """Make the first administrator and their token, and close every setup link; ForbiddenError when it is closed."""
    await session.execute(text("select pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    if not await is_open(session, secret, now):
        raise ForbiddenError(
            "this setup link has been used, has expired, or was never issued",
            hint="an administrator exists, or start the server again for a new link",
        )
    if await session.get(Account, account) is None:
        await accounts.add(session, account, Role.ADMIN, EVERY_PROGRAM)
    else:
        await accounts.grant(session, account, Role.ADMIN, EVERY_PROGRAM)
    await session.execute(update(SetupLink).where(SetupLink.used_at.is_(None)).values(used_at=now))
    return await tokens.issue(session, account, now=now)

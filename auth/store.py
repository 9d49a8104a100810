"""The queries of identity: one for a call, a few for administration."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from auth.principal import Membership, Principal
from auth.roles import EVERY_PROGRAM, Role
from auth.scopes import Scope
from auth.tables import Account, RoleRow, TokenRow

_SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds a token, and everything that may end it."""

    token: str
    account: str
    audience: str
    scopes: frozenset[Scope]
    expires_at: dt.datetime
    revoked: bool
    disabled: bool
    last_used_at: dt.datetime | None
    memberships: Mapping[str, Membership]

    def refusal(self, now: dt.datetime) -> str | None:
        """Why the token counts no more: `revoked`, `expired` or `disabled`; None while it does."""
        if self.revoked:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "disabled" if self.disabled else None

    def principal(self) -> Principal:
        """The caller the token stands for."""
        return Principal(self.account, self.token, self.scopes, self.memberships)


async def holder(session: AsyncSession, digest: bytes) -> Holder | None:
    """The holder of the token with this hash, in one query; None when there is no such token."""
    rows = (
        await session.execute(
            select(TokenRow, Account.disabled_at, RoleRow)
            .join(Account, Account.id == TokenRow.account)
            .outerjoin(RoleRow, RoleRow.account == Account.id)
            .where(TokenRow.hash == digest)
        )
    ).all()
    if not rows:
        return None
    token, disabled_at, _ = rows[0]
    known = {scope.value for scope in Scope}
    return Holder(
        token=token.id,
        account=token.account,
        audience=token.audience,
        scopes=frozenset(Scope(s) for s in token.scopes if s in known),
        expires_at=token.expires_at,
        revoked=token.revoked_at is not None,
        disabled=disabled_at is not None,
        last_used_at=token.last_used_at,
        memberships={r.program: Membership(Role(r.role), r.person) for _, _, r in rows if r is not None},
    )


async def mark_seen(session: AsyncSession, found: Holder, now: dt.datetime) -> None:
    """Note that a token was used, at most once a minute."""
    if found.last_used_at is not None and now - found.last_used_at < _SEEN_EVERY:
        return
    stale = or_(TokenRow.last_used_at.is_(None), TokenRow.last_used_at < now - _SEEN_EVERY)
    await session.execute(update(TokenRow).where(TokenRow.id == found.token, stale).values(last_used_at=now))
    await session.commit()


async def account_ids(session: AsyncSession) -> Sequence[str]:
    """Every account's id, sorted."""
    return (await session.scalars(select(Account.id).order_by(Account.id))).all()


async def has_administrator(session: AsyncSession) -> bool:
    """True once some enabled account administers every program, or any."""
    found = exists().where(RoleRow.account == Account.id, RoleRow.role == Role.ADMIN, Account.disabled_at.is_(None))
    return bool(await session.scalar(select(found)))


async def memberships(session: AsyncSession, account: str) -> Mapping[str, Membership]:
    """An account's roles by program (a slug or `*`)."""
    rows = await session.scalars(select(RoleRow).where(RoleRow.account == account))
    return {r.program: Membership(Role(r.role), r.person) for r in rows}


def everywhere() -> Mapping[str, Membership]:
    """The memberships of an administrator of every program."""
    return {EVERY_PROGRAM: Membership(Role.ADMIN)}

"""Bearer tokens: issued once in clear, kept as hashes, expiring, revocable."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from auth.roles import holds
from auth.scopes import Scope
from auth.secret import TOKEN, digest, mint
from auth.store import account_ids, memberships
from auth.tables import Account, TokenRow
from scheduling.model.errors import ForbiddenError, InvalidError, NotFoundError
from scheduling.model.policy import shipped_policy

DEPLOYMENT = "housestaff"
"""The audience of a token for whichever server of this database it is shown to; any other audience is a server's URL."""

DEFAULT_DAYS = 90
_MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: `secret` is shown now and never again."""

    id: str
    secret: str
    account: str
    scopes: frozenset[Scope]
    audience: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class TokenView:
    """A token as administrators see it."""

    id: str
    account: str
    scopes: tuple[str, ...]
    audience: str
    created_at: dt.datetime
    expires_at: dt.datetime
    revoked: bool
    last_used_at: dt.datetime | None


async def issue(
    session: AsyncSession,
    account: str,
    *,
    now: dt.datetime,
    scopes: Collection[Scope] | None = None,
    days: int = DEFAULT_DAYS,
    audience: str = DEPLOYMENT,
) -> Issued:
    """A token for an account; by default it carries every scope the account's roles can ever hold.

    What a call may do is decided then, from token and role together: a scope the role lacks stays without effect.
    """
    if not 1 <= days <= _MOST_DAYS:
        raise InvalidError("days", f"a whole number from 1 to {_MOST_DAYS}")
    row = await session.get(Account, account)
    if row is None:
        raise NotFoundError("account", account, await account_ids(session), hint="housestaff user list")
    if row.disabled_at is not None:
        raise ForbiddenError(f"the account {account} is disabled", hint=f"housestaff user enable {account}")
    chosen = frozenset(await _reachable(session, account) if scopes is None else scopes)
    if not chosen:
        raise InvalidError(
            "scopes", "the account has no role, so a token could do nothing", hint="give it a role first"
        )
    secret, name = mint(TOKEN), f"tok_{secrets.token_hex(5)}"
    expires_at = now + dt.timedelta(days=days)
    session.add(
        TokenRow(
            id=name,
            account=account,
            hash=digest(secret),
            audience=audience,
            scopes=sorted(chosen),
            created_at=now,
            expires_at=expires_at,
        )
    )
    await session.flush()
    return Issued(name, secret, account, chosen, audience, expires_at)


async def revoke(session: AsyncSession, token: str, *, now: dt.datetime) -> str:
    """End a token, named by its id or by itself; returns its account. Revoking twice succeeds."""
    by_itself = token.startswith(TOKEN)
    match = TokenRow.hash == digest(token) if by_itself else TokenRow.id == token
    row = (await session.scalars(select(TokenRow).where(match))).one_or_none()
    if row is None:
        known = [] if by_itself else list(await session.scalars(select(TokenRow.id)))
        raise NotFoundError("token", "?" if by_itself else token, known, hint="housestaff token list")
    row.revoked_at = row.revoked_at or now
    await session.flush()
    return row.account


async def overview(session: AsyncSession, account: str | None = None) -> list[TokenView]:
    """Every token, or an account's, newest first."""
    query = select(TokenRow).order_by(TokenRow.created_at.desc(), TokenRow.id)
    rows = await session.scalars(query if account is None else query.where(TokenRow.account == account))
    return [
        TokenView(
            r.id,
            r.account,
            tuple(r.scopes),
            r.audience,
            r.created_at,
            r.expires_at,
            r.revoked_at is not None,
            r.last_used_at,
        )
        for r in rows
    ]


async def _reachable(session: AsyncSession, account: str) -> set[Scope]:
    members = (await memberships(session, account)).values()
    widest = shipped_policy().rights.model_copy(update={"coordinator_commits": True, "commits_admin_only": False})
    return {scope for m in members for scope in holds(m.role, widest, is_person=m.person is not None)}

"""Bearer tokens for the MCP SDK: looked up in the database at every request, never cached."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

import structlog
from mcp.server.auth.provider import AccessToken, TokenVerifier
from pydantic import InstanceOf

from auth.principal import Principal
from auth.secret import TOKEN, digest
from auth.store import holder, mark_seen
from auth.tokens import DEPLOYMENT
from scheduling.store.database import Database

_LONGEST = 8192
_log = structlog.get_logger("auth")


def utc_now() -> dt.datetime:
    """The real instant."""
    return dt.datetime.now(dt.UTC)


class Verified(AccessToken):
    """What the SDK keeps of an accepted token, and the caller it stands for."""

    principal: InstanceOf[Principal]


class OpaqueVerifier(TokenVerifier):
    """Accepts our own opaque tokens: one query for token, account and roles."""

    def __init__(
        self, database: Database, resource: str, issuer: str, clock: Callable[[], dt.datetime] = utc_now
    ) -> None:
        """`resource` is this server's URL as tokens name it, `issuer` the base URL its sessions belong to."""
        self._database = database
        self._resource = resource
        self._issuer = issuer
        self._clock = clock

    async def verify_token(self, token: str) -> Verified | None:
        """The token's caller; None for a token that is unknown, revoked, expired, or whose account is disabled.

        The audience is reported as it was issued: the SDK refuses one that is not this server.
        """
        if not token.startswith(TOKEN) or len(token) > _LONGEST:
            return None
        now = self._clock()
        async with self._database.session() as session:
            found = await holder(session, digest(token))
            if found is None:
                return None
            if reason := found.refusal(now):
                _log.info("token refused", token=found.token, account=found.account, reason=reason)
                return None
            await mark_seen(session, found, now)
        return Verified(
            token=found.token,
            client_id=found.token,
            scopes=sorted(found.scopes),
            expires_at=int(found.expires_at.timestamp()),
            resource=self._resource if found.audience == DEPLOYMENT else found.audience,
            subject=found.account,
            claims={"iss": self._issuer},
            principal=found.principal(),
        )


class AnyVerifier(TokenVerifier):
    """Asks several verifiers in turn: our opaque tokens first, then signed ones of an authorization server."""

    def __init__(self, verifiers: Sequence[TokenVerifier]) -> None:
        self._verifiers = tuple(verifiers)

    async def verify_token(self, token: str) -> AccessToken | None:
        """The first answer that is not a refusal."""
        for verifier in self._verifiers:
            if found := await verifier.verify_token(token):
                return found
        return None

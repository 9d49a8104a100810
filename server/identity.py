"""Whose call it is: the bearer of an HTTP request, or whoever started the process on stdio."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, Protocol

from mcp.server.context import ServerRequestContext

from auth.accounts import OWNER
from auth.principal import Principal
from auth.process import principal_of
from auth.store import everywhere
from auth.verifier import Verified
from scheduling.model.errors import ForbiddenError
from scheduling.store.database import Database
from server.settings import SettingError, Settings


class Identity(Protocol):
    """Finds the caller of a request."""

    async def principal(self, request: ServerRequestContext[Any, Any]) -> Principal:
        """The caller; ForbiddenError when there is none."""
        ...


class BearerIdentity:
    """The account whose token the HTTP request carried: verified moments ago, for this very request."""

    async def principal(self, request: ServerRequestContext[Any, Any]) -> Principal:
        """The caller of the request that brought this message, also inside a long session."""
        user = getattr(request.request, "scope", {}).get("user")
        token = getattr(user, "access_token", None)
        if not isinstance(token, Verified):
            raise ForbiddenError("no verified token came with this request")
        return token.principal


class ProcessIdentity:
    """The account of HOUSESTAFF_TOKEN, looked up at every call."""

    def __init__(self, database: Database, secret: str, resource: str, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._secret = secret
        self._resource = resource
        self._clock = clock

    async def principal(self, request: ServerRequestContext[Any, Any] | None = None) -> Principal:  # noqa: ARG002 - stdio has no bearer
        """The caller; ForbiddenError when the token counts no more, or never did."""
        return await principal_of(self._database, self._secret, self._resource, self._clock())


class OwnerIdentity:
    """The owner of the local data directory, who administers every local program."""

    async def principal(self, request: ServerRequestContext[Any, Any] | None = None) -> Principal:  # noqa: ARG002 - stdio has no bearer
        """Whoever can start this process owns the files of its database already."""
        return Principal(OWNER, "local", memberships=everywhere())


def process_identity(
    settings: Settings, database: Database, clock: Callable[[], dt.datetime]
) -> ProcessIdentity | OwnerIdentity:
    """Who a process on stdio calls as; SettingError when the database is shared and nobody is named."""
    if settings.token is not None:
        return ProcessIdentity(database, settings.token, settings.resource_url, clock)
    if settings.shared:
        raise SettingError(
            "HOUSESTAFF_TOKEN",
            "must be set: DATABASE_URL names a database others use too, so this process has to say who it is",
            hint="housestaff token issue ID prints a token once",
        )
    return OwnerIdentity()

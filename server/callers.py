"""The caller of the request being served, found once for each request and known to whatever serves it."""

from __future__ import annotations

import re
from contextvars import ContextVar
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver import Context

from scheduling.model.errors import UserError
from server.consent import asker
from server.edge import Caller
from server.identity import Identity
from server.telemetry import name_caller

_NOT_A_NAME = re.compile(r"[^A-Za-z0-9._/+ -]")
_LONGEST_NAME = 60
_ANONYMOUS = frozenset({"initialize", "ping", "server/discover"})

_current: ContextVar[Caller | UserError] = ContextVar("housestaff_caller")


class CallerMiddleware:
    """Asks who calls before anything else looks at a request; whoever needs the answer learns of a refusal then."""

    def __init__(self, identity: Identity) -> None:
        self._identity = identity

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Serve the request with its caller named, on the span and in the log too."""
        if ctx.request_id is None or ctx.method in _ANONYMOUS:
            return await call_next(ctx)
        found: Caller | UserError
        try:
            found = Caller(await self._identity.principal(ctx), _client_of(ctx))
            name_caller(found.principal, found.via)
        except UserError as error:
            found = error
        token = _current.set(found)
        try:
            return await call_next(ctx)
        finally:
            _current.reset(token)


def current_caller(context: Context[Any, Any] | None = None) -> Caller:
    """The caller, with the ways to report progress to and to ask them that the context offers.

    ForbiddenError when the request names nobody who may call.
    """
    found = _current.get()
    if isinstance(found, UserError):
        raise found
    if context is None:
        return found
    return Caller(found.principal, found.client, context.report_progress, asker(context))


def _client_of(ctx: ServerRequestContext[Any, Any]) -> str:
    params = ctx.session.client_params
    if params is None:
        return ""
    return _NOT_A_NAME.sub("", f"{params.client_info.name}/{params.client_info.version}")[:_LONGEST_NAME]

"""Who may watch what: the protocol lets any client ask for news of any address, so each is checked like a reading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS

from scheduling.model.errors import UserError
from server.callers import current_caller
from server.catalogue import Catalogue
from server.edge import Edge
from server.refusals import refused

_MOST_WATCHED = 100
_METHODS = frozenset({"subscriptions/listen", "resources/subscribe"})


class WatcherMiddleware:
    """Admits a subscription when the caller may read every address it names."""

    def __init__(self, catalogue: Catalogue, edge: Edge) -> None:
        self._catalogue = catalogue
        self._edge = edge

    async def __call__(self, ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
        """Refuse a stream that names something unknown or closed to the caller."""
        if ctx.method in _METHODS:
            for uri in _watched(ctx.params or {}):
                await self._admit(uri)
        return await call_next(ctx)

    async def _admit(self, uri: str) -> None:
        found = self._catalogue.locate(uri)
        if found is None:
            raise MCPError(INVALID_PARAMS, "Unknown resource", {"uri": uri})
        try:
            await self._edge.may_read(*found, current_caller())
        except UserError as error:
            raise refused(error, what="subscription", uri=uri) from error


def _watched(params: Mapping[str, Any]) -> list[str]:
    wanted = params.get("notifications")
    named = wanted.get("resourceSubscriptions") if isinstance(wanted, Mapping) else [params.get("uri")]
    uris = [u for u in named if isinstance(u, str)] if isinstance(named, list) else []
    if len(uris) > _MOST_WATCHED:
        raise MCPError(INVALID_PARAMS, f"at most {_MOST_WATCHED} resources can be watched on one stream")
    return uris

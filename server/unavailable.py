"""A request whose database is away is told so, and when to come back: 503, before anybody is known to the server.

A tool's own call answers `busy` inside the protocol; this is for what comes before it (who is calling) and beside it
(setup, feeds). Refusing is the safe answer: nobody is let in whom the database cannot vouch for.
"""

from __future__ import annotations

import structlog
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from scheduling.store.outage import is_outage
from server.errors import RETRY_AFTER

_HEADERS = {"Retry-After": f"{RETRY_AFTER:g}", "Cache-Control": "no-store"}
_log = structlog.get_logger("server")


class Unavailable:
    """Pure ASGI, around everything that looks into the database."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on; an outage is answered as one as long as no answer has begun, anything else is passed up."""
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if scope["type"] != "http" or begun or not is_outage(error):
                raise
            # Only the first part of the path: what follows may be a secret address.
            where = scope["path"].partition("/")[2].partition("/")[0]
            _log.warning("request refused: the database was away", where=where, kind=type(error).__qualname__)
            answer = PlainTextResponse("the database is away: try again\n", 503, _HEADERS)
            await answer(scope, receive, send)

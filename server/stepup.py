"""Step-up at the HTTP door: a 401 that says which scopes to ask for, a 403 that says which one is missing.

It stands inside the SDK's authentication, so the caller is known, and before the protocol, because a client
re-authorises itself only on these two statuses. It never decides: what the role forbids passes through to the edge.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

from mcp.server.auth.middleware.bearer_auth import AuthenticatedUser
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from auth.principal import Principal
from auth.scopes import Scope as TokenScope
from auth.scopes import join
from auth.verifier import Verified

MAX_BODY = 1_048_576
"""Bytes of a request: no call of ours needs more, and files come in by the command line."""

Needed = Callable[[str, Mapping[str, Any], Principal], Awaitable[frozenset[TokenScope]]]


class StepUp:
    """Pure ASGI, for one path."""

    def __init__(
        self, app: ASGIApp, *, path: str, metadata_url: str, everyday: Iterable[TokenScope], needed: Needed
    ) -> None:
        """`everyday` are the scopes a first login should ask for; `needed` names those a request still lacks."""
        self._app = app
        self._path = path
        self._metadata_url = metadata_url
        self._everyday = join(everyday)
        self._needed = needed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Challenge, or hand on with the body as it came."""
        if scope["type"] != "http" or scope["path"] != self._path:
            await self._app(scope, receive, send)
            return
        user = scope.get("user")
        token = user.access_token if isinstance(user, AuthenticatedUser) else None
        if scope["method"] != "POST" or not isinstance(token, Verified):
            await self._app(scope, receive, self._naming_scopes(send))
            return
        body = await _body(receive)
        if body is None:
            await PlainTextResponse("request body too large", 413)(scope, receive, send)
            return
        method, params = _request(body)
        missing = await self._needed(method, params, token.principal) if method else frozenset()
        if missing:
            await self._challenge(missing)(scope, receive, send)
            return
        await self._app(scope, _replay(body, receive), send)

    def _challenge(self, missing: frozenset[TokenScope]) -> JSONResponse:
        wanted = join(missing)
        header = (
            f'Bearer error="insufficient_scope", scope="{wanted}", resource_metadata="{self._metadata_url}", '
            f'error_description="the role allows this, the token lacks {wanted}"'
        )
        body = {"error": "insufficient_scope", "scope": wanted, "error_description": f"the token lacks {wanted}"}
        return JSONResponse(body, 403, {"WWW-Authenticate": header})

    def _naming_scopes(self, send: Send) -> Send:
        async def named(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] == 401:  # noqa: PLR2004 - Unauthorized
                addition = f', scope="{self._everyday}"'.encode()
                headers = [(k, v + addition if k == b"www-authenticate" else v) for k, v in message["headers"]]
                message = {**message, "headers": headers}
            await send(message)

        return named


async def _body(receive: Receive) -> bytes | None:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _request(body: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        message = json.loads(body)
    except (ValueError, RecursionError):
        return "", {}
    if not isinstance(message, dict) or not isinstance(message.get("method"), str):
        return "", {}
    params = message.get("params")
    return message["method"], params if isinstance(params, dict) else {}


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replay() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay

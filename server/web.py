"""The server on HTTP: the protocol at /mcp, the metadata that leads to it, the setup page and a health check."""

from __future__ import annotations

from typing import Any

import anyio
from mcp.server.auth.routes import build_resource_metadata_url, create_protected_resource_routes
from mcp.server.transport_security import TransportSecuritySettings
from pydantic import AnyHttpUrl
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from auth.scopes import EVERYDAY
from auth.verifier import utc_now
from scheduling.services.notify.deliver import worker_unit
from scheduling.store.database import Database
from server.feed_page import FeedPage
from server.settings import MCP_PATH, Settings
from server.setup_page import SetupPage
from server.shell import Shell
from server.stepup import MAX_BODY, StepUp
from server.unavailable import Unavailable

HEALTH = "/health"
_HEALTH_PATIENCE = 2.0


def web_app(shell: Shell, settings: Settings, database: Database, setup_page: SetupPage) -> Starlette:
    """The ASGI application. Every request is checked for its Host, every browser's for its Origin, whatever the address."""
    app = shell.streamable_http_app(
        streamable_http_path=MCP_PATH,
        max_request_body_size=MAX_BODY,
        transport_security=TransportSecuritySettings(
            enable_dns_rebinding_protection=True,
            allowed_hosts=[form for host in settings.allowed_hosts for form in (host, f"{host}:*")],
            allowed_origins=list(settings.allowed_origins),
        ),
        host=settings.host,
    )
    resource = AnyHttpUrl(settings.resource_url)
    metadata_url = build_resource_metadata_url(resource)
    ours = create_protected_resource_routes(
        resource_url=resource,
        authorization_servers=[AnyHttpUrl(settings.base_url)],
        scopes_supported=sorted(EVERYDAY),
        resource_name="housestaff",
    )
    # Ours first: the SDK's own route can name no scopes but those it requires of every token.
    app.router.routes[:0] = [
        *ours,
        setup_page.route(),
        FeedPage(database, settings.today, utc_now).route(),
        Route(HEALTH, _health(database, shell.version), methods=["GET"]),
    ]
    app.user_middleware[:0] = [
        Middleware(TrustedHostMiddleware, allowed_hosts=list(settings.allowed_hosts), www_redirect=False),
        Middleware(Unavailable),
    ]
    app.user_middleware.append(
        Middleware(
            StepUp,
            path=MCP_PATH,
            metadata_url=str(metadata_url),
            everyday=EVERYDAY,
            needed=shell.needed,
        )
    )
    return app


def _health(database: Database, version: str) -> Any:  # noqa: ANN401 - Starlette's endpoint type
    async def health(_: Request) -> Response:
        """Whether the database answers, and how many notices were given up; nothing else is told to strangers."""
        with anyio.move_on_after(_HEALTH_PATIENCE):
            try:
                async with worker_unit(database, utc_now()) as unit:
                    dead = await unit.notices.dead()
            except Exception:  # noqa: BLE001 - whatever is wrong, the answer is the same
                return JSONResponse({"status": "unavailable", "version": version}, 503)
            return JSONResponse({"status": "ok", "version": version, "dead_letters": dead})
        return JSONResponse({"status": "unavailable", "version": version}, 503)

    return health

"""`housestaff serve`: the server on Streamable HTTP."""

from __future__ import annotations

import os
import socket
from typing import Annotated

import anyio
import typer
import uvicorn
from starlette.types import ASGIApp

from auth import setup
from scheduling.store.database import open_database
from server import clients
from server.app import House
from server.background import whole
from server.commands.demonstration import ensure_demo
from server.commands.printing import say
from server.settings import SettingError, Settings, read_settings
from server.setup_page import PATH as SETUP_PATH
from server.telemetry import configure_logging
from server.worker_child import helpers_of

_GRACE = 5


def run(
    host: Annotated[str | None, typer.Option(help="Address to listen on (HOUSESTAFF_HOST, else 127.0.0.1).")] = None,
    port: Annotated[int | None, typer.Option(help="Port (HOUSESTAFF_PORT, else 8000; 0 takes a free one).")] = None,
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Hold the demonstration program too.")] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker: solve runs wait for `housestaff worker`.")
    ] = False,
) -> None:
    """Serve over Streamable HTTP at /mcp until interrupted."""
    settings = read_settings(os.environ, host=host, port=port)
    listener = _listen(settings)
    bound = listener.getsockname()[1]
    anyio.run(_serve, read_settings(os.environ, host=host, port=bound), listener, demo, not no_worker)


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((settings.host, settings.port))
        # From here on a client that reads the greeting is let in as soon as the server is ready, never turned away.
        listener.listen()
    except OSError as error:
        listener.close()
        raise SettingError(
            "--port", f"{settings.host}:{settings.port} cannot be listened on: {error.strerror}", hint="choose another"
        ) from None
    return listener


async def _serve(settings: Settings, listener: socket.socket, demo: bool, worker: bool) -> None:
    configure_logging(level=settings.log_level, form=settings.log_format)
    async with open_database(settings.database_url, home=settings.home) as database:
        house = House(database, settings)
        if demo:
            await ensure_demo(house)
        await _greet(house)
        await server_of(house.http(*helpers_of(house, worker=worker))).serve(sockets=[listener])


def server_of(app: ASGIApp) -> uvicorn.Server:
    """What serves an application for as long as all of it runs: its lifespan too."""

    def end() -> None:
        server.should_exit = True

    config = uvicorn.Config(
        whole(app, end),
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=_GRACE,
    )
    server = uvicorn.Server(config)
    return server


async def _greet(house: House) -> None:
    """Say where the server is; on the first start also how to become its administrator, and how to connect."""
    settings = house.settings
    async with house.database.session() as session:
        secret = await setup.offer(session, house.now())
        await session.commit()
    say(f"housestaff serves {settings.resource_url} ({'shared' if settings.shared else 'embedded'} database)")
    if not settings.is_local and settings.base_url.startswith("http://"):
        say("Only this machine's own names are admitted: set HOUSESTAFF_URL to the public https address.")
    if secret is not None:
        say(
            f"\nNobody administers it yet. Open this link once, within a day, to become its administrator:\n\n"
            f"  {settings.base_url}{SETUP_PATH}?token={secret}\n"
        )
        say(f"Then put the token into {clients.VARIABLE} and connect:\n\n{clients.as_text(settings.resource_url)}\n")

"""`housestaff stdio`: the same server for one client, on standard input and output."""

from __future__ import annotations

import os
from typing import Annotated

import anyio
import typer

from scheduling.store.database import open_database
from server.app import House
from server.background import beside
from server.bus import ResourceBus
from server.commands.demonstration import ensure_demo
from server.settings import Settings, read_settings
from server.telemetry import configure_logging
from server.worker_child import helpers_of


def run(
    *,
    demo: Annotated[bool, typer.Option("--demo", help="Hold the demonstration program too.")] = False,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Start no worker: solve runs wait for `housestaff worker`.")
    ] = False,
) -> None:
    """Serve one client on standard input and output; logs go to standard error."""
    anyio.run(_serve, read_settings(os.environ), demo, not no_worker)


async def _serve(settings: Settings, demo: bool, worker: bool) -> None:
    configure_logging(level=settings.log_level, form=settings.log_format)
    async with open_database(settings.database_url, home=settings.home) as database:
        house = House(database, settings)
        bus = ResourceBus(database)
        shell = house.stdio(bus)
        if demo:
            await ensure_demo(house)
        # A shared database has workers of its own.
        async with beside(bus.run, *helpers_of(house, worker=worker and not settings.shared)):
            await shell.run_stdio_async()

"""`housestaff worker`: solve runs, deliver notices, sweep; any number of them, on any machine."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import anyio
import typer
from anyio import from_thread
from anyio.lowlevel import EventLoopToken, current_token

from scheduling.store.database import open_database
from server.commands.printing import remark
from server.delivery_settings import read_delivery
from server.settings import Settings, read_settings
from server.telemetry import configure_logging

_HARD = 15
"""Seconds after which a child whose parent is gone ends whatever it is doing."""


def run(
    places: Annotated[int, typer.Option(min=1, max=16, help="Runs carried out at a time.")] = 1,
    *,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Carry solve runs out and deliver notices until interrupted."""
    anyio.run(_work, read_settings(os.environ), places, child)


async def _work(settings: Settings, places: int, child: bool) -> None:
    from server.worker import Worker  # noqa: PLC0415 - loads the solver, which `--help` can do without

    configure_logging(level=settings.log_level, form=settings.log_format)
    leave = anyio.Event()
    if child:
        watch_parent(leave.set)
    async with open_database(settings.database_url, home=settings.home) as database:
        worker = Worker(database, settings, read_delivery(os.environ), places)
        if not child:
            remark(f"housestaff works on the {'shared' if settings.shared else 'embedded'} database")
        async with anyio.create_task_group() as group:
            group.start_soon(_heed_signals, leave)
            await worker.run(leave)
            group.cancel_scope.cancel()


def watch_parent(gone: Callable[[], None]) -> None:
    """Call `gone` on this event loop when the pipe on standard input ends: whoever held its other end is no more."""
    token = current_token()
    threading.Thread(target=_read_to_end, args=(gone, token), daemon=True).start()


def _read_to_end(gone: Callable[[], None], token: EventLoopToken) -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    last = threading.Timer(_HARD, os._exit, (1,))
    last.daemon = True
    last.start()
    from_thread.run_sync(gone, token=token)


async def _heed_signals(leave: anyio.Event) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            leave.set()
            return

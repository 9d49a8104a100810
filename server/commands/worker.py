"""`housestaff worker`: solve runs, deliver notices, sweep; any number of them, on any machine."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import anyio
import typer
from anyio import from_thread
from anyio.lowlevel import current_token

from scheduling.store.database import open_database
from server.commands.printing import remark
from server.delivery_settings import read_delivery
from server.settings import Settings, read_settings
from server.telemetry import configure_logging

_HARD = 15
"""Seconds after which a child whose parent is gone ends, whatever it is doing."""


def run(
    places: Annotated[int, typer.Option(min=1, max=16, help="Runs carried out at a time.")] = 1,
    *,
    child: Annotated[bool, typer.Option("--child", hidden=True)] = False,
) -> None:
    """Carry solve runs out and deliver notices until interrupted."""
    parent = ParentWatch() if child else None
    anyio.run(_work, read_settings(os.environ), places, parent)


class ParentWatch:
    """Reads the pipe on standard input whose other end only the parent holds: at its end the parent is no more.

    Until `call` names something gentler, and when that does not end it in time, the process then ends at once.
    """

    def __init__(self) -> None:
        self._gentle: Callable[[], None] | None = None
        threading.Thread(target=self._watch, daemon=True).start()

    def call(self, gentle: Callable[[], None]) -> None:
        """Let the parent's end call this on the running event loop."""
        token = current_token()
        self._gentle = lambda: from_thread.run_sync(gentle, token=token)

    def _watch(self) -> None:
        while os.read(sys.stdin.fileno(), 1):
            pass
        if self._gentle is not None:
            last = threading.Timer(_HARD, os._exit, (1,))
            last.daemon = True
            last.start()
            with contextlib.suppress(RuntimeError):  # the loop may have ended meanwhile
                self._gentle()
            return
        os._exit(0)


async def _work(settings: Settings, places: int, parent: ParentWatch | None) -> None:
    from scheduling.solver.garbage import collect_rarely  # noqa: PLC0415 - loads the solver, which `--help` can do without
    from server.worker import Worker  # noqa: PLC0415 - same reason

    collect_rarely()
    configure_logging(level=settings.log_level, form=settings.log_format)
    leave = anyio.Event()
    async with open_database(settings.database_url, home=settings.home) as database:
        worker = Worker(database, settings, read_delivery(os.environ), places)
        if parent is None:
            remark(f"housestaff works on the {'shared' if settings.shared else 'embedded'} database")
        else:
            parent.call(leave.set)
        async with anyio.create_task_group() as group:
            group.start_soon(_heed_signals, leave)
            await worker.run(leave)
            group.cancel_scope.cancel()


async def _heed_signals(leave: anyio.Event) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            leave.set()
            return

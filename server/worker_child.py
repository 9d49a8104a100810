"""What a server starts beside itself: a worker process, restarted when it dies and never left behind, and a warm lane."""

from __future__ import annotations

import os
import subprocess
import sys

import anyio
import structlog
from anyio.abc import Process

from server.app import House
from server.background import Task, attempt
from server.settings import Settings

FIRST_WAIT = 1.0
LONGEST_WAIT = 60.0
STEADY = 60.0
"""Seconds after which a worker that ran so long counts as one that works."""

GRACE = 8.0
_log = structlog.get_logger("worker")


class WorkerChild:
    """`run` keeps one worker process alive until cancelled.

    The child reads a pipe whose other end only this process holds: when this process dies, however it dies, the child ends.
    """

    def __init__(self, settings: Settings, *, quiet: bool = False) -> None:
        """A `quiet` one only speaks of trouble."""
        self._settings = settings
        self._quiet = quiet
        self.process: Process | None = None

    async def run(self) -> None:
        """Keep the worker alive."""
        wait = FIRST_WAIT
        while True:
            begun = anyio.current_time()
            await self._once()
            lived = anyio.current_time() - begun
            wait = FIRST_WAIT if lived > STEADY else min(LONGEST_WAIT, wait * 2)
            _log.warning("the worker ended and is started again", lived=round(lived, 1), wait=wait)
            await anyio.sleep(wait)

    async def _once(self) -> None:
        environment = {**os.environ, "HOUSESTAFF_HOME": str(self._settings.home)}
        environment.pop("DATABASE_URL", None)  # this server's database, whatever the surroundings name
        if self._settings.database_url is not None:
            environment["DATABASE_URL"] = self._settings.database_url
        if self._quiet:
            environment["HOUSESTAFF_LOG"] = "warning"
        command = [sys.executable, "-P", "-m", "server", "worker", "--child"]
        process = await anyio.open_process(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=None, env=environment
        )
        self.process = process
        try:
            await process.wait()
        finally:
            with anyio.CancelScope(shield=True):
                await self._end(process)

    async def _end(self, process: Process) -> None:
        if process.stdin is not None:
            await process.stdin.aclose()
        with anyio.move_on_after(GRACE):
            await process.wait()
        if process.returncode is None:
            process.kill()
        await process.aclose()


def helpers_of(house: House, *, worker: bool, quiet: bool = False) -> list[Task]:
    """The tasks a server runs beside answering."""
    warm = attempt(house.lane.warm, "warming the interactive lane")
    return [warm, WorkerChild(house.settings, quiet=quiet).run] if worker else [warm]

"""Hear what PostgreSQL announces, on a connection of its own that finds the server again when it was away."""

from __future__ import annotations

from collections.abc import Callable

import anyio
import asyncpg
import structlog

from scheduling.store.database import UNREACHABLE, Database

RECONNECT = 1.0
_EXPECTED = (*UNREACHABLE, asyncpg.PostgresError, asyncpg.InterfaceError)
_log = structlog.get_logger("listen")


class Listener:
    """Calls `heard` with the payload of every announcement on a channel; with "" after each new connection.

    What was announced while the connection was away is lost: the empty call says "look for yourself".
    """

    def __init__(self, database: Database, channel: str, heard: Callable[[str], None]) -> None:
        self._database = database
        self._channel = channel
        self._heard = heard

    async def run(self) -> None:
        """Listen until cancelled."""
        while True:
            try:
                await self._listen()
            except _EXPECTED:
                pass
            except Exception as error:  # noqa: BLE001 - whatever ended a connection, the next one is opened
                _log.warning("a connection that listened was lost", reason=type(error).__name__)
            await anyio.sleep(RECONNECT)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._database.libpq_dsn)
        gone = anyio.Event()
        try:
            connection.add_termination_listener(lambda _: gone.set())
            await connection.add_listener(self._channel, lambda *said: self._heard(str(said[3])))
            self._heard("")
            await gone.wait()
        finally:
            with anyio.CancelScope(shield=True), anyio.move_on_after(RECONNECT):
                await connection.close()
        raise OSError("the connection ended")

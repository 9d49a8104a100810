"""Keep delivering: whenever something is committed, and every few seconds for what is due again."""

from __future__ import annotations

import anyio
import structlog

from scheduling.services.notify.deliver import deliver_once
from scheduling.services.notify.settings import DeliverySettings
from scheduling.store.database import Database
from scheduling.store.ledger_tables import CHANNEL
from scheduling.store.listen import Listener

POLL = 5.0
_log = structlog.get_logger("delivery")


async def run_delivery(database: Database, settings: DeliverySettings) -> None:
    """Deliver until cancelled. A database that is away for a while is waited for; nothing is lost meanwhile."""
    woken = anyio.Event()

    def wake(_: str) -> None:
        woken.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(Listener(database, CHANNEL, wake).run)
        while True:
            woken = anyio.Event()
            try:
                done = await deliver_once(database, settings)
            except Exception as error:  # noqa: BLE001 - the loop outlives any one round, and what is due stays due
                _log.warning("delivery waits", reason=type(error).__name__)
                await anyio.sleep(POLL)
                continue
            if done.idle:
                with anyio.move_on_after(POLL):
                    await woken.wait()

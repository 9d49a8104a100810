"""Changed resources, announced to every subscriber of every replica: PostgreSQL tells all of them of each event."""

from __future__ import annotations

import math
from collections.abc import Callable

import anyio
import structlog
from mcp.server.subscriptions import InMemorySubscriptionBus, ResourceUpdated, ServerEvent

from auth.verifier import utc_now
from scheduling.model.event import Event
from scheduling.services.changed_resources import changed_resources
from scheduling.store.audit import SERVER, AuditContext
from scheduling.store.database import Database
from scheduling.store.listen import Listener
from scheduling.store.unit import UnitOfWork

CHANNEL = "housestaff_events"
_AGAIN = 50
_log = structlog.get_logger("bus")


class ResourceBus:
    """The bus the SDK publishes on and subscribes to; `run` brings in what other replicas and workers commit.

    An announcement says only "read this again", so telling one twice does no harm and losing one is the only fault:
    with every connection, the first one too, the latest events are announced anew: somebody may have subscribed before it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = InMemorySubscriptionBus()
        self._newest = 0

    async def publish(self, event: ServerEvent) -> None:
        """Tell this replica's subscribers."""
        await self._local.publish(event)

    def subscribe(self, listener: Callable[[ServerEvent], None]) -> Callable[[], None]:
        """Register a subscriber of this replica; the returned call ends it."""
        return self._local.subscribe(listener)

    async def run(self) -> None:
        """Announce what is committed anywhere, until cancelled."""
        send, receive = anyio.create_memory_object_stream[str](math.inf)
        async with send, receive, anyio.create_task_group() as tasks:
            tasks.start_soon(Listener(self._database, CHANNEL, send.send_nowait).run)
            async for said in receive:
                try:
                    await self._announce(int(said) if said else None)
                except Exception:  # noqa: BLE001 - one event's trouble must not end the announcements
                    _log.warning("an event was not announced", exc_info=True)

    async def _announce(self, number: int | None) -> None:
        context = AuditContext("bus", "bus", "announce", "", SERVER, utc_now())
        async with UnitOfWork(self._database, context) as unit:
            if number is not None:
                events = await unit.outbox.numbered([number])
            elif self._newest:
                events = await unit.outbox.latest(after=self._newest - _AGAIN)
            else:
                events = await unit.outbox.latest(limit=_AGAIN)
            told = [(event, await unit.program(event.program)) for event in events]
        for event, program in told:
            await self._tell(event, changed_resources(event, program))

    async def _tell(self, event: Event, addresses: list[str]) -> None:
        self._newest = max(self._newest, event.id)
        for address in addresses:
            await self._local.publish(ResourceUpdated(uri=address))

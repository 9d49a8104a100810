"""The outbox: events written with the change they tell of, claimed and delivered afterwards."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.event import Event
from scheduling.store.ledger_tables import OutboxRow
from scheduling.store.repository import Repository

_COLUMNS = (
    *(OutboxRow.id, OutboxRow.program, OutboxRow.kind, OutboxRow.payload, OutboxRow.dedupe_key),
    *(OutboxRow.at, OutboxRow.attempts),
)


class Outbox(Repository):
    """Events of all programs. Delivery claims rows, and ends or postpones each in the transaction that claimed it."""

    async def add(self, slug: str, kind: str, payload: Mapping[str, Any], dedupe_key: str) -> None:
        """Write an event; one with a key the program has seen is the same event and is not written again."""
        row = insert(OutboxRow).values(
            program=slug, kind=kind, payload=dict(payload), dedupe_key=dedupe_key, at=self._now, due=self._now
        )
        await self._tx.write(row.on_conflict_do_nothing())

    async def claim(self, limit: int = 100) -> Sequence[Event]:
        """Events due now, oldest first, locked for this transaction; what another delivery holds is left out."""
        self._tx.begin_writing()
        due = select(*_COLUMNS).where(OutboxRow.due <= self._now).order_by(OutboxRow.due, OutboxRow.id)
        rows = await self._tx.write(due.limit(limit).with_for_update(skip_locked=True))
        return [Event(*tuple(row)) for row in rows]

    async def numbered(self, events: Sequence[int]) -> Sequence[Event]:
        """Events by their ids, oldest first, whatever became of their delivery."""
        wanted = select(*_COLUMNS).where(OutboxRow.id.in_(events)).order_by(OutboxRow.id)
        return [Event(*tuple(row)) for row in await self._tx.read(wanted)]

    async def latest(self, *, after: int = 0, limit: int = 500) -> Sequence[Event]:
        """The newest events after an id, oldest first."""
        newest = select(*_COLUMNS).where(OutboxRow.id > after).order_by(OutboxRow.id.desc()).limit(limit)
        return [Event(*tuple(row)) for row in reversed(await self._tx.read(newest))]

    async def delivered(self, events: Sequence[int]) -> None:
        """End the delivery of events."""
        done = update(OutboxRow).where(OutboxRow.id.in_(events))
        await self._tx.write(done.values(due=None, delivered_at=self._now))

    async def postpone(self, event: int, until: dt.datetime | None) -> None:
        """Count a failed attempt and try again later, or never with None: a dead letter."""
        failed = update(OutboxRow).where(OutboxRow.id == event)
        await self._tx.write(failed.values(due=until, attempts=OutboxRow.attempts + 1))

    async def dead(self, limit: int = 100) -> Sequence[Event]:
        """Events whose delivery was given up, oldest first."""
        given_up = (OutboxRow.due.is_(None), OutboxRow.delivered_at.is_(None))
        rows = await self._tx.read(select(*_COLUMNS).where(*given_up).order_by(OutboxRow.id).limit(limit))
        return [Event(*tuple(row)) for row in rows]

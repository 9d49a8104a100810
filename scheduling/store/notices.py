"""Notices: receivers, what each was told, and deliveries claimed, sent, postponed or given up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.event import Event
from scheduling.model.notice import Backlog, Channel, Delivery, Notice, Receiver
from scheduling.store.ledger_tables import OutboxRow
from scheduling.store.notice_tables import DeliveryRow, NoticeRow, ReceiverRow
from scheduling.store.repository import Repository

_OVERDUE = dt.timedelta(minutes=5)
_RECEIVER = (
    *(ReceiverRow.receiver, ReceiverRow.email, ReceiverRow.webhook, ReceiverRow.secret),
    *(ReceiverRow.kinds, ReceiverRow.follows, ReceiverRow.digest),
)
_NOTICE = (
    *(NoticeRow.id, NoticeRow.program, NoticeRow.receiver, NoticeRow.kind, NoticeRow.payload),
    *(NoticeRow.dedupe_key, NoticeRow.at, NoticeRow.read_at),
)


class Notices(Repository):
    """Notices of all programs. Like the outbox, deliveries are claimed and ended in one transaction."""

    async def receivers(self, slug: str) -> Mapping[str, Receiver]:
        """Everybody who said how they want to be told, by receiver."""
        rows = await self._tx.read(select(*_RECEIVER).where(ReceiverRow.program == slug))
        return {row.receiver: _receiver(row) for row in rows}

    async def prefer(self, slug: str, receiver: Receiver) -> None:
        """Say how somebody wants to be told."""
        values = {
            "email": receiver.email,
            "webhook": receiver.webhook,
            "secret": receiver.secret,
            "kinds": list(receiver.kinds),
            "follows": receiver.follows,
            "digest": receiver.digest,
        }
        row = insert(ReceiverRow).values(program=slug, receiver=receiver.id, **values)
        await self._tx.write(row.on_conflict_do_update(index_elements=["program", "receiver"], set_=values))
        self._tx.changed("receiver", receiver.id)

    async def tell(
        self, event: Event, receiver: str, payload: Mapping[str, Any], channels: Mapping[Channel, dt.datetime]
    ) -> None:
        """Put an event on a receiver's list, with a delivery due on each channel; once for each dedupe key."""
        row = insert(NoticeRow).values(
            program=event.program,
            receiver=receiver,
            kind=event.kind,
            payload=dict(payload),
            dedupe_key=event.dedupe_key,
            at=event.at,
        )
        told = await self._tx.write(row.on_conflict_do_nothing().returning(NoticeRow.id))
        number = told.scalar_one_or_none()
        if number is not None and channels:
            due = [{"notice": number, "channel": channel.value, "due": at} for channel, at in channels.items()]
            await self._tx.write(insert(DeliveryRow), due)

    async def listed(self, slug: str, receiver: str, *, before: int | None = None, limit: int = 50) -> Sequence[Notice]:
        """What a receiver was told, newest first; `before` goes on after an earlier page's last id."""
        wanted = select(*_NOTICE).where(NoticeRow.program == slug, NoticeRow.receiver == receiver)
        if before is not None:
            wanted = wanted.where(NoticeRow.id < before)
        return [_notice(row) for row in await self._tx.read(wanted.order_by(NoticeRow.id.desc()).limit(limit))]

    async def claim(self, until: dt.datetime, limit: int = 50) -> Sequence[Delivery]:
        """Deliveries due now, oldest first, held until then; what another worker holds is left out.

        Who does not end them by then leaves them to be sent again.
        """
        self._tx.begin_writing()
        joined = (
            select(
                DeliveryRow.id.label("delivery"), DeliveryRow.channel, DeliveryRow.attempts, *_NOTICE, *_RECEIVER[1:]
            )
            .join(NoticeRow, NoticeRow.id == DeliveryRow.notice)
            .join(
                ReceiverRow,
                (ReceiverRow.program == NoticeRow.program) & (ReceiverRow.receiver == NoticeRow.receiver),
            )
            .where(DeliveryRow.due <= self._now)
            .order_by(DeliveryRow.due, DeliveryRow.id)
        )
        rows = (await self._tx.write(joined.limit(limit).with_for_update(skip_locked=True, of=DeliveryRow))).all()
        held = update(DeliveryRow).where(DeliveryRow.id.in_([r.delivery for r in rows]))
        await self._tx.write(held.values(due=until))
        return [Delivery(r.delivery, Channel(r.channel), _notice(r), _receiver(r), r.attempts) for r in rows]

    async def sent(self, deliveries: Sequence[int]) -> None:
        """End deliveries that arrived."""
        done = update(DeliveryRow).where(DeliveryRow.id.in_(deliveries))
        await self._tx.write(done.values(due=None, sent_at=self._now, error=None))

    async def postpone(self, deliveries: Sequence[int], until: dt.datetime | None, error: str) -> None:
        """Count a failed attempt and try again later, or never with None; `error` names the failure, no more."""
        failed = update(DeliveryRow).where(DeliveryRow.id.in_(deliveries))
        await self._tx.write(failed.values(due=until, attempts=DeliveryRow.attempts + 1, error=error))

    async def dead(self) -> int:
        """How many deliveries were given up: dead letters."""
        given_up = (DeliveryRow.due.is_(None), DeliveryRow.sent_at.is_(None))
        rows = await self._tx.read(select(func.count()).select_from(DeliveryRow).where(*given_up))
        return int(rows[0][0])

    async def backlog(self) -> Backlog:
        """What is on its way, over events and deliveries of all programs."""
        late = self._now - _OVERDUE
        sums = [0, 0, 0]
        for table, over in ((OutboxRow, OutboxRow.delivered_at), (DeliveryRow, DeliveryRow.sent_at)):
            counted = select(
                func.count().filter(table.due.is_not(None)),
                func.count().filter(table.due.is_(None)),
                func.count().filter(table.due < late),
            ).where(over.is_(None))
            rows = await self._tx.read(counted.select_from(table))
            sums = [total + int(found) for total, found in zip(sums, tuple(rows[0]), strict=True)]
        return Backlog(*sums)


def _receiver(row: Row[Any]) -> Receiver:
    return Receiver(row.receiver, row.email, row.webhook, row.secret, tuple(row.kinds), row.follows, row.digest)


def _notice(row: Row[Any]) -> Notice:
    return Notice(
        row.id, row.program, row.receiver, row.kind, row.payload, row.dedupe_key, row.at, read=row.read_at is not None
    )

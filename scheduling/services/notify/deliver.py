"""Deliver what the outbox holds: first onto each receiver's list, then out of the house."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from scheduling.model.errors import UserError
from scheduling.model.event import Event
from scheduling.model.notice import Channel, Delivery
from scheduling.services.notify.audience import audience
from scheduling.services.notify.failure import NotDeliveredError
from scheduling.services.notify.mail import send_mail
from scheduling.services.notify.settings import DeliverySettings
from scheduling.services.notify.webhook import post_webhook
from scheduling.services.notify.wording import message
from scheduling.store.audit import SERVER, AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

_log = structlog.get_logger("delivery")


@dataclass(frozen=True, slots=True)
class Delivered:
    """What one round did: events told, deliveries sent, put off and given up."""

    events: int = 0
    sent: int = 0
    postponed: int = 0
    dead: int = 0

    @property
    def idle(self) -> bool:
        """True when there was nothing to do."""
        return not (self.events or self.sent or self.postponed or self.dead)


def utc_now() -> dt.datetime:
    """The instant."""
    return dt.datetime.now(dt.UTC)


async def deliver_once(
    database: Database, settings: DeliverySettings, now: Callable[[], dt.datetime] = utc_now
) -> Delivered:
    """One round over everything that is due. Any number of workers may do this at once."""
    events = await _tell(database, settings, now)
    sent, postponed, dead = await _send(database, settings, now)
    return Delivered(events, sent, postponed, dead)


def worker_unit(database: Database, now: dt.datetime) -> UnitOfWork:
    """A unit of work of the delivery itself; it changes nothing that the audit trail speaks of."""
    return UnitOfWork(database, AuditContext("worker", "worker", "delivery", "", SERVER, now))


async def _tell(database: Database, settings: DeliverySettings, now: Callable[[], dt.datetime]) -> int:
    """Put events on their receivers' lists. The list, the deliveries and the end of the event are one transaction."""
    async with worker_unit(database, now()) as unit:
        events = await unit.outbox.claim(settings.batch)
        for event in events:
            try:
                await _tell_one(unit, event, settings)
            except (UserError, LookupError, TypeError, ValueError) as error:
                wait = settings.wait(event.attempts + 1)
                await unit.outbox.postpone(event.id, None if wait is None else unit.context.at + wait)
                _log.warning("event not understood", kind=event.kind, reason=type(error).__name__)
    return len(events)


async def _tell_one(unit: UnitOfWork, event: Event, settings: DeliverySettings) -> None:
    at = unit.context.at
    program = await unit.program(event.program)
    receivers = await unit.notices.receivers(event.program)
    for receiver, payload, channels in audience(event, program, receivers, at, settings.digest_at):
        await unit.notices.tell(event, receiver, payload, channels)
    await unit.outbox.delivered([event.id])


async def _send(database: Database, settings: DeliverySettings, now: Callable[[], dt.datetime]) -> tuple[int, int, int]:
    at = now()
    async with worker_unit(database, at) as unit:
        claimed = await unit.notices.claim(at + settings.lease, settings.batch)
    counts = [0, 0, 0]
    for group in _grouped(claimed):
        failure = await _attempt(group, settings, now())
        ids = [d.id for d in group]
        async with worker_unit(database, now()) as unit:
            unit.transaction.begin_writing()
            if failure is None:
                await unit.notices.sent(ids)
                counts[0] += len(ids)
                continue
            wait = None if failure.final else settings.wait(max(d.attempts for d in group) + 1)
            until = None if wait is None else unit.context.at + wait
            await unit.notices.postpone(ids, until, failure.reason)
            counts[2 if until is None else 1] += len(ids)
        _log.warning("delivery failed", channel=group[0].channel, reason=failure.reason, final=until is None)
    return counts[0], counts[1], counts[2]


def _grouped(claimed: Sequence[Delivery]) -> list[list[Delivery]]:
    """One delivery each, but those of a receiver who wants a digest together, channel by channel."""
    groups: dict[tuple[object, ...], list[Delivery]] = defaultdict(list)
    for delivery in claimed:
        gathered = delivery.receiver.digest
        key = (delivery.notice.program, delivery.receiver.id, delivery.channel, None if gathered else delivery.id)
        groups[key].append(delivery)
    return list(groups.values())


async def _attempt(group: Sequence[Delivery], settings: DeliverySettings, now: dt.datetime) -> NotDeliveredError | None:
    first = group[0]
    notices = [d.notice for d in group]
    key = "+".join(sorted(f"{n.program}/{n.receiver}/{n.dedupe_key}" for n in notices))
    try:
        if first.channel is Channel.WEBHOOK:
            await post_webhook(first.receiver, notices, key, settings, now)
        elif settings.mail is None:
            return NotDeliveredError("no mail server is set up")
        else:
            told = message(notices, first.notice.program)
            await send_mail(settings.mail, first.receiver.email or "", told, key, settings.timeout)
    except NotDeliveredError as error:
        return error
    except UserError as error:
        return NotDeliveredError(error.code, final=True)
    except Exception as error:  # noqa: BLE001 - one receiver's trouble must not stop the others'
        _log.exception("delivery broke", channel=first.channel)
        return NotDeliveredError(type(error).__name__)
    return None

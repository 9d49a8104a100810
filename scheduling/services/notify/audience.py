"""Who is told of an event, what of it, and through which channels."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from scheduling.model.clock import zone_of
from scheduling.model.event import Event
from scheduling.model.notice import Channel, Receiver
from scheduling.model.program import Program

_PEOPLE = ("person", "with", "replacement", "base_person", "people")
_PRIVATE = ("people",)
"""Fields that speak of others: only those who follow the program are told them."""

Told = tuple[str, Mapping[str, Any], Mapping[Channel, dt.datetime]]
"""A receiver, the payload as they may see it, and when it is due on each channel."""


def audience(
    event: Event, program: Program, receivers: Mapping[str, Receiver], now: dt.datetime, digest_at: dt.time
) -> Iterator[Told]:
    """Everybody the event concerns, once each: the people it names, and those who follow the program."""
    named = concerned(event.payload)
    known = {p.id for p in program.people if p.active}
    followers = {r.id for r in receivers.values() if r.follows}
    for receiver in sorted((named.keys() & known) | followers):
        habits = receivers.get(receiver, Receiver(receiver))
        if not habits.wants(event.kind):
            continue
        due = _digest_time(program, now, digest_at) if habits.digest else now
        payload = event.payload if habits.follows else _own(event.payload, receiver, named[receiver])
        yield receiver, payload, dict.fromkeys(habits.channels, due)


def concerned(payload: Mapping[str, Any]) -> dict[str, int | None]:
    """The people a payload names, with the number of their cells that change where it says one."""
    found: dict[str, int | None] = {}
    for field in _PEOPLE:
        value = payload.get(field)
        if isinstance(value, str):
            found.setdefault(value)
        elif isinstance(value, Mapping):
            found.update({str(person): count if isinstance(count, int) else None for person, count in value.items()})
        elif isinstance(value, list):
            found.update({str(person): None for person in value if isinstance(person, str)})
    return found


def _own(payload: Mapping[str, Any], receiver: str, cells: int | None) -> dict[str, Any]:
    kept = {field: value for field, value in payload.items() if field not in _PRIVATE}
    return {**kept, "you": receiver, **({"cells": cells} if cells is not None else {})}


def _digest_time(program: Program, now: dt.datetime, at: dt.time) -> dt.datetime:
    local = now.astimezone(zone_of(program.clock.zone))
    due = dt.datetime.combine(local.date(), at, local.tzinfo)
    return (due if due > local else due + dt.timedelta(days=1)).astimezone(dt.UTC)

"""Which resources an event makes worth reading again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import UserError
from scheduling.model.event import Event
from scheduling.model.part import Slot, Window
from scheduling.model.program import Program
from scheduling.services.notify.audience import concerned

_LONGEST = 400
_KEPT = {"stage": "stage", "plan": "plan", "run": "run"}


def changed_resources(event: Event, program: Program) -> list[str]:
    """The addresses an event touches, without query, once each."""
    return list(dict.fromkeys(f"housestaff://{program.slug}/{path}" for path in _paths(event, program)))


def _paths(event: Event, program: Program) -> Iterator[str]:
    payload = event.payload
    for field, family in _KEPT.items():
        if isinstance(ident := payload.get(field), str):
            yield f"{family}/{ident}"
    for person in concerned(payload):
        yield f"person/{person}"
        yield f"person/{person}/calendar.ics"
    versions = [*_values(payload.get("versions")), *_values(payload.get("previous"))]
    yield from (f"version/{version}" for version in versions)
    for window in _windows(payload, program):
        yield from _of_window(window, program)
    match event.kind.partition(".")[0]:
        case "policy":
            yield from ("policy", "rules")
        case "override" | "plan" | "schedule" | "swap":
            yield "overrides"
    yield "audit"
    yield "notices"


def _windows(payload: Mapping[str, Any], program: Program) -> Iterator[Window]:
    for field in ("versions", "blocks"):
        value = payload.get(field)
        for name in value if isinstance(value, Mapping | list) else ():
            try:
                yield program.calendar.block(BlockRef.parse(str(name))).window
            except UserError:
                continue
    dates = [*_dates(payload), *(date for slot in _rows(payload.get("slots")) for date in _dates(slot))]
    if dates and (max(dates) - min(dates)).days <= _LONGEST:
        yield Window(min(dates), max(dates))


def _of_window(window: Window, program: Program) -> Iterator[str]:
    for block in program.calendar.blocks_in(window):
        yield f"block/{block.ref.year}/{block.ref.number}"
        yield f"compliance/{block.ref.year}/{block.ref.number}"
        yield f"fairness/{block.ref.year}"
    yield from sorted({f"call/{date:%Y-%m}" for date in window})
    yield from (f"day/{date}" for date in window)


def _dates(facts: Mapping[str, Any]) -> list[dt.date]:
    found: list[dt.date] = []
    for field in ("date", "start", "end", "from"):
        try:
            found.append(Slot.day(str(facts.get(field, ""))))
        except UserError:
            continue
    return found


def _rows(value: object) -> Sequence[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def _values(value: object) -> list[str]:
    return [v for v in value.values() if isinstance(v, str)] if isinstance(value, Mapping) else []

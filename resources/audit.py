"""`audit`: who did what, newest first."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape

PAGE = 100


class AuditPlace(ProgramPlace):
    """The trail, or from an earlier page's end on."""

    cursor: Annotated[int, Field(ge=1)] | None = None


class EntryShape(Shape):
    """One call: never an argument, only their hash; ids of what it changed, by kind."""

    seq: int
    at: dt.datetime
    caller: str
    client: str
    tool: str
    outcome: str
    arguments: str
    changed: dict[str, list[str]] | None = None


class AuditBody(Body):
    """A page of the trail; `cursor` leads to the next one."""

    entries: tuple[EntryShape, ...]
    cursor: int | None = None


async def handle(place: AuditPlace, call: Call) -> AuditBody:
    """Read a page."""
    async with call.unit() as unit:
        entries = await unit.trail.listed(call.program, before=place.cursor, limit=PAGE)
    return AuditBody(
        entries=tuple(
            EntryShape(
                seq=e.seq,
                at=e.at,
                caller=e.caller,
                client=e.client,
                tool=e.tool,
                outcome=e.outcome,
                arguments=e.arguments,
                changed={kind: list(things) for kind, things in e.changed.items()} or None,
            )
            for e in entries
        ),
        cursor=entries[-1].seq if len(entries) == PAGE else None,
    )


RESOURCE = Resource(
    "housestaff://{program}/audit{?cursor}",
    "audit",
    "Audit trail",
    "Every call in the program, newest first: who, through which client, which tool, how it ended, what it changed.",
    AuditPlace,
    scopes={Scope.AUDIT_READ},
    handle=handle,
)

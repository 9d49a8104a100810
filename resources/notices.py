"""`notices`: what the caller was told, newest first."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape
from scheduling.model.notice import Notice
from scheduling.services.notify.prefer import ACCOUNT
from scheduling.services.notify.wording import sentence

PAGE = 50


class NoticesPlace(ProgramPlace):
    """The caller's notices, or from an earlier page's end on."""

    cursor: Annotated[int, Field(ge=1)] | None = None


class NoticeShape(Shape):
    """One notice: what happened, in a sentence without names or reasons."""

    id: int
    at: dt.datetime
    kind: str
    text: str


class NoticesBody(Body):
    """A page of notices; `cursor` leads to the next one."""

    notices: tuple[NoticeShape, ...]
    cursor: int | None = None
    note: str | None = None


async def handle(place: NoticesPlace, call: Call) -> NoticesBody:
    """Read the caller's own notices: as the person of the roster they are, and as an account that follows."""
    mine = [f"{ACCOUNT}{call.principal.account}", *([call.person] if call.person else [])]
    found: list[Notice] = []
    async with call.unit() as unit:
        for receiver in mine:
            found += await unit.notices.listed(call.program, receiver, before=place.cursor, limit=PAGE)
    newest = sorted(found, key=lambda n: -n.id)[:PAGE]
    return NoticesBody(
        notices=tuple(NoticeShape(id=n.id, at=n.at, kind=n.kind, text=sentence(n)) for n in newest),
        cursor=newest[-1].id if len(newest) == PAGE else None,
        note=None if newest else "Nothing was told you here yet.",
    )


RESOURCE = Resource(
    "housestaff://{program}/notices{?cursor}",
    "notices",
    "My notices",
    "What the caller was told: publications, rollbacks, overrides and absences that concern them, newest first.",
    NoticesPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
)

"""Calendar subscriptions at /feeds/SECRET.ics: the address is the right, and it opens one person's own duties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from scheduling.services.feed import follow
from scheduling.store.audit import SERVER, AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

PATH = "/feeds/{secret}.ics"
_HEADERS = {
    "Cache-Control": "private, no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Content-Disposition": 'attachment; filename="duties.ics"',
}
_LONGEST_SECRET = 100


class FeedPage:
    """Serves the calendars that phones follow."""

    def __init__(self, database: Database, today: dt.date | None, clock: Callable[[], dt.datetime]) -> None:
        self._database = database
        self._today = today
        self._clock = clock

    def route(self) -> Route:
        """The page's route; it needs no bearer, the address itself is the secret."""
        return Route(PATH, self.serve, methods=["GET"])

    async def serve(self, request: Request) -> Response:
        """The calendar, 304 where the phone has it, 404 for any address that opens none."""
        secret = str(request.path_params["secret"])
        held = request.headers.get("if-none-match", "").removeprefix("W/").strip('"') or None
        context = AuditContext("feed", "calendar", "feed", "", SERVER, self._clock())
        found = None
        if len(secret) <= _LONGEST_SECRET:
            async with UnitOfWork(self._database, context, today=self._today) as unit:
                found = await follow(unit, secret, held)
        if found is None:
            return Response("no such calendar\n", 404, media_type="text/plain", headers={"Cache-Control": "no-store"})
        headers = {**_HEADERS, "ETag": f'W/"{found.mark}"'}
        if not found.content:
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type="text/calendar", headers=headers)

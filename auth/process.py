"""Whom a process speaks for when no request carries a bearer: the account of HOUSESTAFF_TOKEN."""

from __future__ import annotations

import datetime as dt

from auth.principal import Principal
from auth.secret import digest
from auth.store import Holder, holder, mark_seen
from auth.tokens import DEPLOYMENT
from scheduling.model.errors import ForbiddenError
from scheduling.store.database import Database


async def principal_of(database: Database, secret: str, resource: str, now: dt.datetime) -> Principal:
    """The caller a token stands for; ForbiddenError when it is unknown, ended, or meant for another server.

    `resource` is this server's URL, the only audience beside the deployment itself that is accepted.
    """
    async with database.session() as session:
        found = await holder(session, digest(secret))
        reason = _refusal(found, resource, now)
        if found is None or reason:
            raise ForbiddenError(f"HOUSESTAFF_TOKEN is {reason}", hint="housestaff token issue ID makes a new one")
        await mark_seen(session, found, now)
    return found.principal()


def _refusal(found: Holder | None, resource: str, now: dt.datetime) -> str | None:
    if found is None:
        return "not known here"
    if found.audience not in {DEPLOYMENT, resource}:
        return "meant for another server"
    return found.refusal(now)

"""Say how somebody wants to be told."""

from __future__ import annotations

import re
import secrets
from dataclasses import replace

from scheduling.model.errors import InvalidError
from scheduling.model.event import KINDS
from scheduling.model.notice import Receiver
from scheduling.services.notify.public_address import read_webhook
from scheduling.store.unit import UnitOfWork

_MAIL = re.compile(r"[^@\s<>\"',;:\\\x00-\x20\x7f]{1,64}@[A-Za-z0-9.-]{1,190}\.[A-Za-z]{2,24}")
ACCOUNT = "@"


async def prefer(unit: UnitOfWork, slug: str, wanted: Receiver, *, private: bool = False) -> Receiver:
    """Store a receiver's habits in a unit that has done nothing yet; a new webhook gets a secret, returned once here.

    InvalidError for an address that cannot be one or a kind of event there is not, NotFoundError for an unknown person (an account is written @id).
    """
    if wanted.email is not None and not _MAIL.fullmatch(wanted.email):
        raise InvalidError("email", "not an e-mail address")
    if not set(wanted.kinds) <= set(KINDS):
        raise InvalidError("kind", "no such event", valid=KINDS)
    if wanted.webhook is not None:
        read_webhook(wanted.webhook, private=private)
    await unit.lock(slug)
    if not wanted.id.startswith(ACCOUNT):
        (await unit.program(slug)).person(wanted.id)
    before = (await unit.notices.receivers(slug)).get(wanted.id)
    secret = before.secret if before and before.webhook == wanted.webhook else None
    if wanted.webhook is not None and secret is None:
        secret = secrets.token_urlsafe(32)
    stored = replace(wanted, secret=secret if wanted.webhook else None)
    await unit.notices.prefer(slug, stored)
    return stored

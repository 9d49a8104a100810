"""Calendar feeds: secrets that open one person's calendar, kept as hashes."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.store.publishing_tables import FeedRow
from scheduling.store.repository import Repository


class Feeds(Repository):
    """The calendar feeds of all programs. A secret is 256 random bits, so its plain hash is enough."""

    async def issue(self, slug: str, person: str) -> str:
        """A new feed of the person's; the secret is in no table and cannot be shown again."""
        secret = secrets.token_urlsafe(32)
        row = insert(FeedRow).values(
            hash=hashed(secret), program=slug, person=person, made_by=self._caller, made_at=self._now
        )
        await self._tx.write(row)
        self._tx.changed("feed", person)
        return secret

    async def revoke(self, slug: str, person: str) -> int:
        """Close every open feed of the person; how many there were."""
        open_ones = (FeedRow.program == slug, FeedRow.person == person, FeedRow.revoked_at.is_(None))
        closed = await self._tx.write(
            update(FeedRow).where(*open_ones).values(revoked_at=self._now).returning(FeedRow.hash)
        )
        count = len(closed.all())
        if count:
            self._tx.changed("feed", person)
        return count

    async def whose(self, secret: str) -> tuple[str, str] | None:
        """Program and person of an open feed; None for a secret that opens nothing."""
        wanted = select(FeedRow.program, FeedRow.person)
        rows = await self._tx.read(wanted.where(FeedRow.hash == hashed(secret), FeedRow.revoked_at.is_(None)))
        return (rows[0].program, rows[0].person) if rows else None

    async def people(self, slug: str) -> Sequence[str]:
        """People with an open feed, sorted."""
        wanted = select(FeedRow.person).where(FeedRow.program == slug, FeedRow.revoked_at.is_(None)).distinct()
        return [row.person for row in await self._tx.read(wanted.order_by(FeedRow.person))]


def hashed(secret: str) -> bytes:
    """The sha256 of a secret."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()

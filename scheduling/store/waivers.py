"""Waivers: findings that somebody accepted, with who, why and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.waiver import Waiver
from scheduling.store.publishing_tables import WaiverRow
from scheduling.store.repository import Repository, new_id

_COLUMNS = (
    *(WaiverRow.id, WaiverRow.finding, WaiverRow.rule, WaiverRow.reason, WaiverRow.until),
    *(WaiverRow.made_by, WaiverRow.made_at),
)


class Waivers(Repository):
    """The waivers of a program. Writing ends what stood for the same finding."""

    async def standing(self, slug: str) -> Sequence[Waiver]:
        """Those not taken back, by finding; whether one has run out depends on the day that is asked about."""
        wanted = select(*_COLUMNS).where(WaiverRow.program == slug, WaiverRow.ended_at.is_(None))
        rows = await self._tx.read(wanted.order_by(WaiverRow.finding))
        return [Waiver(r.id, r.finding, r.rule, r.reason, r.until, r.made_by, r.made_at) for r in rows]

    async def add(self, slug: str, finding: str, *, rule: str, reason: str, until: dt.date | None) -> Waiver:
        """Accept a finding."""
        await self.end(slug, finding)
        waiver = Waiver(new_id("wvr"), finding, rule, reason, until, self._caller, self._now)
        row = insert(WaiverRow).values(
            id=waiver.id,
            program=slug,
            finding=finding,
            rule=rule,
            reason=reason,
            until=until,
            made_by=waiver.made_by,
            made_at=waiver.made_at,
        )
        await self._tx.write(row)
        self._tx.changed("waiver", waiver.id)
        return waiver

    async def end(self, slug: str, finding: str) -> bool:
        """Take back what stands for a finding; False where nothing did."""
        named = (WaiverRow.program == slug, WaiverRow.finding == finding, WaiverRow.ended_at.is_(None))
        ended = await self._tx.write(
            update(WaiverRow).where(*named).values(ended_by=self._caller, ended_at=self._now).returning(WaiverRow.id)
        )
        found = ended.scalars().all()
        for waiver in found:
            self._tx.changed("waiver", waiver)
        return bool(found)

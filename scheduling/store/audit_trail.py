"""The audit trail of a program, read newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, String, cast, select

from scheduling.model.trail import TrailEntry
from scheduling.store.audit import AuditRow
from scheduling.store.repository import Repository

_NOTHING = "{}"


class AuditTrail(Repository):
    """What was done in a program, by whom. Reading it is all that can be done with it."""

    async def listed(
        self, slug: str, *, before: int | None = None, limit: int = 100, changes_only: bool = False
    ) -> Sequence[TrailEntry]:
        """Entries newest first; `before` goes on after an earlier page's last `seq`."""
        wanted = select(*AuditRow.__table__.columns).where(AuditRow.program == slug)
        if before is not None:
            wanted = wanted.where(AuditRow.seq < before)
        if changes_only:
            wanted = wanted.where(cast(AuditRow.facts["changed"], String) != _NOTHING)
        rows = await self._tx.read(wanted.order_by(AuditRow.seq.desc()).limit(limit))
        return [_entry(row) for row in rows]


def _entry(row: Row[Any]) -> TrailEntry:
    changed = row.facts.get("changed")
    return TrailEntry(
        row.seq,
        row.at,
        row.caller,
        row.client,
        row.tool,
        row.outcome,
        row.arguments,
        changed if isinstance(changed, dict) else {},
    )

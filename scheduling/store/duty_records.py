"""Duty records of a program's people: hours beyond the schedule."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.store.program_tables import DutyRecordRow
from scheduling.store.repository import Repository

COLUMNS = (
    *(DutyRecordRow.date, DutyRecordRow.id, DutyRecordRow.person, DutyRecordRow.kind, DutyRecordRow.start),
    *(DutyRecordRow.end, DutyRecordRow.reason, DutyRecordRow.new_patients),
)
_KEY = ("program", "id")


class DutyRecords(Repository):
    """Duty records. A program's are in `Program.duty_records`, by date and id."""

    async def save(self, slug: str, *records: DutyRecord) -> None:
        """Add these records, or replace what is stored under their ids; their people must be stored."""
        if not records:
            return
        statement = insert(DutyRecordRow)
        rows = [self._row(slug, r) for r in records]
        replaced = {name: statement.excluded[name] for name in rows[0] if name not in _KEY}
        await self._tx.write(statement.on_conflict_do_update(index_elements=_KEY, set_=replaced), rows)
        await self._facts_moved(slug, "duty_record", *(r.id for r in records))

    async def remove(self, slug: str, records: Sequence[str]) -> None:
        """Forget records by their ids."""
        if not records:
            return
        named = (DutyRecordRow.program == slug, DutyRecordRow.id.in_(records))
        await self._tx.write(delete(DutyRecordRow).where(*named))
        await self._facts_moved(slug, "duty_record", *records)

    def _row(self, slug: str, record: DutyRecord) -> dict[str, Any]:
        return {
            "program": slug,
            "id": record.id,
            "person": record.person,
            "kind": record.kind.value,
            "date": record.date,
            "start": record.start,
            "end": record.end,
            "reason": record.reason,
            "new_patients": record.new_patients,
            "recorded_by": self._caller,
            "recorded_at": self._now,
        }


def duty_record_of(
    date: dt.date,
    record: str,
    person: str,
    kind: str,
    start: int,
    end: int,
    reason: str | None,
    new_patients: bool,
) -> DutyRecord:
    """A duty record from the values of COLUMNS."""
    return DutyRecord(record, person, DutyKind(kind), date, start, end, reason, new_patients)

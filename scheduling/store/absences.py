"""Absences of a program's people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.errors import NotFoundError
from scheduling.model.part import Part
from scheduling.store.program_tables import AbsenceRow
from scheduling.store.repository import Repository

COLUMNS = (
    *(AbsenceRow.id, AbsenceRow.person, AbsenceRow.start, AbsenceRow.end, AbsenceRow.start_part),
    *(AbsenceRow.end_part, AbsenceRow.type, AbsenceRow.status, AbsenceRow.reason),
)


class Absences(Repository):
    """Absences, whatever their status. Several of one person may overlap. A program's are in `Program.absences`."""

    async def get(self, slug: str, absence: str) -> Absence:
        """One absence; NotFoundError where there is none of that id."""
        named = (AbsenceRow.program == slug, AbsenceRow.id == absence)
        rows = await self._tx.read(select(*COLUMNS).where(*named))
        if not rows:
            raise NotFoundError("absence", absence)
        return absence_of(*tuple(rows[0]))

    async def add(self, slug: str, *absences: Absence) -> None:
        """Store new absences; their people must be stored."""
        if not absences:
            return
        await self._tx.write(insert(AbsenceRow), [self._row(slug, a) for a in absences])
        await self._facts_moved(slug, "absence", *(a.id for a in absences))

    async def save(self, slug: str, absence: Absence) -> None:
        """Change how far an absence is decided, its type and its reason; NotFoundError where there is none of that id."""
        named = (AbsenceRow.program == slug, AbsenceRow.id == absence.id)
        values = {"status": absence.status.value, "type": absence.type.value, "reason": absence.reason}
        moved = await self._tx.write(update(AbsenceRow).where(*named).values(values).returning(AbsenceRow.id))
        if moved.one_or_none() is None:
            raise NotFoundError("absence", absence.id)
        await self._facts_moved(slug, "absence", absence.id)

    async def remove(self, slug: str, absences: Sequence[str]) -> None:
        """Forget absences that an import no longer holds."""
        named = (AbsenceRow.program == slug, AbsenceRow.id.in_(absences))
        await self._tx.write(delete(AbsenceRow).where(*named))
        await self._facts_moved(slug, "absence", *absences)

    def _row(self, slug: str, absence: Absence) -> dict[str, Any]:
        return {
            "program": slug,
            "id": absence.id,
            "person": absence.person,
            "start": absence.start,
            "end": absence.end,
            "start_part": int(absence.start_part),
            "end_part": int(absence.end_part),
            "type": absence.type.value,
            "status": absence.status.value,
            "reason": absence.reason,
            "recorded_by": self._caller,
            "recorded_at": self._now,
        }


def absence_of(
    absence: str,
    person: str,
    start: dt.date,
    end: dt.date,
    start_part: int,
    end_part: int,
    kind: str,
    status: str,
    reason: str | None,
) -> Absence:
    """An absence from the values of COLUMNS."""
    return Absence(
        absence,
        person,
        start,
        end,
        start_part=Part(start_part),
        end_part=Part(end_part),
        type=AbsenceType(kind),
        status=AbsenceStatus(status),
        reason=reason,
    )

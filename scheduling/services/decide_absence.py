"""Decide an absence that somebody asked for, or cancel one that was approved."""

from __future__ import annotations

from dataclasses import replace

from scheduling.model.absence import Absence, AbsenceStatus
from scheduling.model.errors import ConflictError
from scheduling.services.change_absence import ChangedAbsence, change_absence
from scheduling.store.unit import UnitOfWork


async def decide_absence(unit: UnitOfWork, slug: str, absence: str, *, approve: bool) -> ChangedAbsence:
    """Approve a request or deny it, in a unit that has done nothing yet; rejecting one that was approved cancels it.

    Deciding the same again changes nothing. ConflictError for approving one that was denied or cancelled.
    """
    await unit.lock(slug)
    found = await unit.absences.get(slug, absence)
    if approve and found.ended:
        raise ConflictError(f"the absence {found.id} is {found.status}", hint="record it again with record_absence")
    status = AbsenceStatus.APPROVED if approve else _rejected(found)
    return await change_absence(unit, slug, found, replace(found, status=status))


def _rejected(absence: Absence) -> AbsenceStatus:
    if absence.ended:
        return absence.status
    return AbsenceStatus.CANCELLED if absence.blocks else AbsenceStatus.DENIED

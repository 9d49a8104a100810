"""Decide an absence that somebody asked for."""

from __future__ import annotations

from scheduling.model.absence import Absence, AbsenceStatus
from scheduling.model.errors import ConflictError
from scheduling.store.unit import UnitOfWork

_OPEN = (AbsenceStatus.PENDING, AbsenceStatus.ANTICIPATED)


async def decide_absence(unit: UnitOfWork, slug: str, absence: str, *, approve: bool) -> Absence:
    """Approve or deny a request, in a unit that has done nothing yet; deciding the same again changes nothing.

    ConflictError for one that was decided otherwise or cancelled: record it anew.
    """
    wanted = AbsenceStatus.APPROVED if approve else AbsenceStatus.DENIED
    await unit.lock(slug)
    found = await unit.absences.get(slug, absence)
    if found.status is wanted:
        return found
    if found.status not in _OPEN:
        raise ConflictError(f"the absence {found.id} is {found.status}", hint="record it again with record_absence")
    await unit.absences.set_status(slug, absence, wanted)
    payload = {
        "absence": found.id,
        "person": found.person,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "status": wanted.value,
    }
    unit.emit("absence.decided", payload, f"absence:{found.id}:{wanted}", program=slug)
    return await unit.absences.get(slug, absence)

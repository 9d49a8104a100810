"""Change an absence that is on record: how far it is decided, and what was not known of it before."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduling.model.absence import Absence
from scheduling.services.standing_cover import StandingCover, standing_cover
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class ChangedAbsence:
    """The absence as it is now, and what stays of its cover when it blocks no more."""

    absence: Absence
    cover: StandingCover = field(default_factory=StandingCover)


async def change_absence(unit: UnitOfWork, slug: str, found: Absence, wanted: Absence) -> ChangedAbsence:
    """Write it down behind the program's lock; the overrides that covered it are left alone and named."""
    if wanted == found:
        return ChangedAbsence(found)
    cover = StandingCover()
    if found.blocks and not wanted.blocks:
        cover = await standing_cover(unit, await unit.program(slug), found)
    await unit.absences.save(slug, wanted)
    payload = {
        "absence": found.id,
        "person": found.person,
        "start": found.start.isoformat(),
        "end": found.end.isoformat(),
        "status": wanted.status.value,
    }
    # The instant: an absence may be approved, cancelled and approved again, and each time is told.
    key = f"absence:{found.id}:{wanted.status}:{unit.context.at.isoformat()}"
    unit.emit("absence.decided", payload, key, program=slug)
    return ChangedAbsence(wanted, cover)

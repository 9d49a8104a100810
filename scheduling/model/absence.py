"""Absences: kept beside the cells, never instead of them (domain.md §7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Slot


class AbsenceType(StrEnum):
    """Why somebody is away; sensitive: only admin, pd, coordinator and the person see it."""

    UNSPECIFIED = "unspecified"
    VACATION = "vacation"
    SICK = "sick"
    MEDICAL = "medical"
    CONVALESCENT = "convalescent"
    PARENTAL = "parental"
    BEREAVEMENT = "bereavement"
    FAMILY_EMERGENCY = "family_emergency"
    EMERGENCY_LEAVE = "emergency_leave"
    CONFERENCE = "conference"
    TRAINING = "training"
    MILITARY_DUTY = "military_duty"
    DEPLOYMENT = "deployment"
    TDY = "tdy"


class AbsenceStatus(StrEnum):
    """Approved blocks; pending and anticipated block only on request; denied and cancelled never."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    CANCELLED = "cancelled"
    ANTICIPATED = "anticipated"


@dataclass(frozen=True, slots=True)
class Absence:
    """One absence from its first to its last day part, inclusive. Several of one person may overlap: their union counts."""

    id: str
    person: str
    start: dt.date
    end: dt.date
    start_part: Part = Part.AM
    end_part: Part = Part.NIGHT
    type: AbsenceType = AbsenceType.UNSPECIFIED
    status: AbsenceStatus = AbsenceStatus.APPROVED
    reason: str | None = None

    def __post_init__(self) -> None:
        if (self.end, self.end_part) < (self.start, self.start_part):
            raise InvalidError("end", "the absence ends before it starts")

    @property
    def interval(self) -> tuple[dt.date, Part, dt.date, Part]:
        """First date and part, last date and part."""
        return self.start, self.start_part, self.end, self.end_part

    @property
    def ended(self) -> bool:
        """True for one that was denied or cancelled: it is kept for the record alone."""
        return self.status in (AbsenceStatus.DENIED, AbsenceStatus.CANCELLED)

    @property
    def blocks(self) -> bool:
        """Approved absences block."""
        return self.status is AbsenceStatus.APPROVED

    def covers(self, slot: Slot) -> bool:
        """True when the slot lies inside the absence, recovery not counted."""
        return (self.start, self.start_part) <= (slot.date, slot.part) <= (self.end, self.end_part)

    def blocked_until(self, recovery_days: Mapping[str, int]) -> dt.date:
        """The last blocked date: the end plus the recovery that the type asks for (days, by policy)."""
        return self.end + dt.timedelta(days=recovery_days.get(self.type.value, 0))

    def blocks_slot(self, slot: Slot, recovery_days: Mapping[str, int]) -> bool:
        """True when the absence is approved and it, or the recovery after it, lies on the slot."""
        return self.blocks and (self.covers(slot) or self.end < slot.date <= self.blocked_until(recovery_days))

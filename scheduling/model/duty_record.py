"""Duty records: hours beyond the schedule, known only after the fact (rules.md 6.22.a, 6.23, 6.25, 6.28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.errors import InvalidError

_DAY = 1440
_LONGEST = 3 * _DAY


class DutyKind(StrEnum):
    """What the hours were; each rule says which kinds it counts."""

    MOONLIGHTING = "moonlighting"
    """Internal or external: counts in 6.20 alone, for the other rules speak of what the program schedules."""
    CALLED_IN = "called_in"
    """Hours worked in hospital out of at-home call: they count in 6.20 and end a free day."""
    STAY = "stay"
    """6.23: stayed or returned on one's own initiative; counts in 6.20 and delays the moment of leaving."""
    TRANSITION = "transition"
    """Handover and education at the end of a duty, whether beyond its scheduled hours or inside them (6.22.a)."""


@dataclass(frozen=True, slots=True)
class DutyRecord:
    """One stretch of hours. `start` and `end` are minutes after the local midnight of `date`; the end may lie days later.

    `new_patients` marks a transition in which a new patient was taken on; `reason` is what 6.23 asks to be recorded.
    """

    id: str
    person: str
    kind: DutyKind
    date: dt.date
    start: int
    end: int
    reason: str | None = None
    new_patients: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.start < _DAY:
            raise InvalidError("start", "lies outside the day", valid=["00:00-23:59"])
        if not self.start < self.end <= self.start + _LONGEST:
            raise InvalidError("end", "must lie after the start, by three days at most")

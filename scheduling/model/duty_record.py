"""Duty records: hours beyond the schedule, known only after the fact (rules.md 6.22.a, 6.23, 6.25, 6.28)."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.errors import InvalidError
from scheduling.model.part import Window

_DAY = 1440
_CLOCK = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?")
LONGEST = 3 * _DAY
"""Minutes one record may last."""


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
        if not self.start < self.end <= self.start + LONGEST:
            raise InvalidError("end", "must lie after the start, by three days at most")
        if self.new_patients and self.kind is not DutyKind.TRANSITION:
            raise InvalidError("new_patients", "only a transition says whether new patients were taken on")

    @property
    def window(self) -> Window:
        """First and last date it touches; an end at midnight does not reach the next date."""
        return Window(self.date, self.date + dt.timedelta(days=(self.end - 1) // _DAY))

    @property
    def end_date(self) -> dt.date:
        """The date its end is on: with an end at midnight the one that begins there."""
        return self.date + dt.timedelta(days=self.end // _DAY)


def read_clock(text: str, field: str) -> int:
    """`HH:MM` as minutes after midnight; seconds of zero, as a spreadsheet adds them, are let be."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise InvalidError(field, "not a clock time", valid=["HH:MM from 00:00 to 23:59"])
    return int(found[1]) * 60 + int(found[2])


def clock_text(minute: int) -> str:
    """The clock time of a minute after the midnight of any day, as `HH:MM`."""
    hour, rest = divmod(minute % _DAY, 60)
    return f"{hour:02}:{rest:02}"

"""The program's clock: its time zone, its `today`, and elapsed time across the two changes of the year."""

from __future__ import annotations

import datetime as dt
import functools
import zoneinfo
from dataclasses import dataclass

from scheduling.model.errors import InvalidError


@functools.cache
def zone_of(name: str) -> zoneinfo.ZoneInfo:
    """The IANA zone; InvalidError where there is none of that name."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError(
            "zone", "not an IANA time zone", valid=["such as America/New_York, Pacific/Honolulu, UTC"]
        ) from None


@dataclass(frozen=True, slots=True)
class Clock:
    """`today` is real unless pinned; clock times are local to the zone, durations are elapsed time."""

    zone: str = "UTC"
    pinned: dt.date | None = None

    def today(self) -> dt.date:
        """The program's date: the pinned one, else the real one in its zone."""
        return self.pinned or dt.datetime.now(zone_of(self.zone)).date()

    def instant(self, date: dt.date, minutes: int) -> dt.datetime:
        """The UTC instant of a wall-clock time given in minutes after local midnight (may exceed a day).

        A wall time that the spring change skips is read with the offset before the change, one that the autumn
        change repeats as the first of the two (PEP 495, fold = 0).
        """
        wall = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minutes)
        return wall.replace(tzinfo=zone_of(self.zone)).astimezone(dt.UTC)

    def epoch_minute(self, date: dt.date, minutes: int) -> int:
        """`instant` as whole minutes since 1970-01-01 UTC, the unit of every elapsed-time computation."""
        return int(self.instant(date, minutes).timestamp()) // 60

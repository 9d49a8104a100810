"""Clock times are local, durations are elapsed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.model.clock import Clock
from scheduling.model.errors import InvalidError

NEW_YORK = Clock("America/New_York")
HONOLULU = Clock("Pacific/Honolulu")
SEVEN = 7 * 60
DAY = 1440


def elapsed(clock: Clock, date: dt.date, start: int, end: int) -> int:
    return clock.epoch_minute(date, end) - clock.epoch_minute(date, start)


@pytest.mark.parametrize(
    ("date", "hours"),
    [(dt.date(2026, 10, 31), 25), (dt.date(2026, 11, 1), 24), (dt.date(2027, 3, 13), 23), (dt.date(2027, 3, 14), 24)],
)
def test_a_duty_from_seven_to_seven_is_longer_in_autumn_and_shorter_in_spring(date: dt.date, hours: int) -> None:
    """The night in which the clocks change lasts 25 or 23 hours."""
    assert elapsed(NEW_YORK, date, SEVEN, SEVEN + DAY) == hours * 60


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)))
def test_every_day_is_24_hours_where_the_clocks_never_change(date: dt.date) -> None:
    """Honolulu has no summer time."""
    assert elapsed(HONOLULU, date, SEVEN, SEVEN + DAY) == DAY


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, 3 * DAY))
def test_minutes_beyond_midnight_are_those_of_the_next_date(date: dt.date, minute: int) -> None:
    """31:00 today is 07:00 tomorrow."""
    later = date + dt.timedelta(minute // DAY)
    assert NEW_YORK.instant(date, minute) == NEW_YORK.instant(later, minute % DAY)


@given(st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1)), st.integers(0, DAY - 1))
def test_an_instant_reads_back_as_its_wall_clock_time(date: dt.date, minute: int) -> None:
    """Except inside the hour that the spring change skips, where the offset before the change is used."""
    instant = NEW_YORK.instant(date, minute)
    assert instant.tzinfo is dt.UTC
    wall = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minute)
    back = instant.astimezone(ZoneInfo("America/New_York")).replace(tzinfo=None)
    assert back in (wall, wall + dt.timedelta(hours=1))


def test_a_repeated_time_is_the_first_of_the_two() -> None:
    """01:30 on the day summer time ends is still summer time."""
    assert NEW_YORK.instant(dt.date(2026, 11, 1), 90) == dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC)


def test_a_skipped_time_is_read_with_the_offset_before_the_change() -> None:
    """02:30 on the day summer time begins does not exist; it is 03:30 by the new clock."""
    assert NEW_YORK.instant(dt.date(2027, 3, 14), 150) == dt.datetime(2027, 3, 14, 7, 30, tzinfo=dt.UTC)


def test_today_is_the_pinned_date() -> None:
    """A program with a pinned clock lives on that day."""
    assert Clock("UTC", dt.date(2026, 11, 2)).today() == dt.date(2026, 11, 2)


def test_today_is_real_in_the_programs_zone_otherwise() -> None:
    """Two zones 25 hours apart never agree on the date."""
    assert Clock("Pacific/Kiritimati").today() > Clock("Pacific/Niue").today()


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    """With examples of valid ones."""
    with pytest.raises(InvalidError, match="zone"):
        Clock(zone).instant(dt.date(2026, 1, 1), 0)

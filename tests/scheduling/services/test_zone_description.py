from __future__ import annotations

import datetime as dt
import zoneinfo

import pytest
import vobject

from scheduling.services.zone_description import describe_zone

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"


@pytest.mark.parametrize("name", ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Pacific/Honolulu"])
def test_every_hour_of_two_years_reads_as_the_zone_says(name: str) -> None:
    """An independent parser that knows the zone only from our description agrees with the tz database each hour."""
    alias = name.replace("/", "-")
    text = describe_zone(name, 2025, 2028).to_ical().decode().replace(f"TZID:{name}", f"TZID:{alias}")
    read = vobject.readOne(f"{HEAD}{text}END:VCALENDAR\r\n").vtimezone.gettzinfo()
    zone = zoneinfo.ZoneInfo(name)

    midnight = dt.datetime.combine(dt.date(2026, 1, 1), dt.time())
    for hour in range(2 * 365 * 24):
        wall = midnight + dt.timedelta(hours=hour)
        there = wall.replace(tzinfo=zone)
        exists = there.astimezone(dt.UTC).astimezone(zone).replace(tzinfo=None) == wall
        once = there.utcoffset() == there.replace(fold=1).utcoffset()
        if exists and once:
            assert wall.replace(tzinfo=read).utcoffset() == there.utcoffset(), wall


def test_an_onset_is_written_in_the_time_it_ends() -> None:
    """Summer time in New York begins at two o'clock standard time and ends at two o'clock summer time."""
    text = describe_zone("America/New_York", 2026, 2026).to_ical().decode()
    assert "DTSTART:20260308T020000" in text
    assert "DTSTART:20261101T020000" in text

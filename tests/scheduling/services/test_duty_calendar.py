from __future__ import annotations

import datetime as dt
import zoneinfo
from typing import Any

import pytest
import vobject

from scheduling.model.calendar import BlockRef, Calendar, days
from scheduling.model.clock import Clock
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.model.person import Kind, Person
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.duty_calendar import Edition, write_calendar

SPRING = dt.date(2026, 3, 8)
AUTUMN = dt.date(2026, 11, 1)
EDITION = Edition(7, dt.datetime(2026, 2, 15, 12, tzinfo=dt.UTC))
PEOPLE = tuple(Person(f"fac-0{n}", Kind.FACULTY) for n in (1, 2))


def roster(cells: dict[tuple[str, Slot], str], *overrides: Override, zone: str = "America/New_York") -> Roster:
    calendar = Calendar()
    program = Program("demo", clock=Clock(zone), people=PEOPLE)
    blocks: dict[BlockRef, list[Cell]] = {}
    for (person, slot), activity in cells.items():
        blocks.setdefault(calendar.block_of(slot.date).ref, []).append(Cell(person, slot, activity, Source.SOLVER))
    schedules = [BlockSchedule.of(calendar.block(ref), held) for ref, held in blocks.items()]
    dates = sorted(slot.date for _, slot in cells)
    window = calendar.block_of(dates[0]).window
    return build_roster(program, window, schedules, overrides)


def entries(held: Roster, person: str = "fac-01", edition: Edition = EDITION) -> list[Any]:
    text = write_calendar(held, person, held.window, edition).decode()
    return list(vobject.readOne(text).contents.get("vevent", []))


def local(instant: dt.datetime, zone: str = "America/New_York") -> str:
    return instant.astimezone(zoneinfo.ZoneInfo(zone)).strftime("%d %H:%M %z")


@pytest.mark.parametrize(
    ("night", "start", "end", "hours"),
    [
        (SPRING - days(1), "07 17:00 -0500", "08 07:00 -0400", 13),
        (AUTUMN - days(1), "31 17:00 -0400", "01 07:00 -0500", 15),
        (SPRING + days(1), "09 17:00 -0400", "10 07:00 -0400", 14),
    ],
)
def test_a_call_has_the_right_local_times_when_the_clocks_change(
    night: dt.date, start: str, end: str, hours: int
) -> None:
    """An independent parser reads 17:00 to 07:00 on the wall, and the elapsed time the change makes of it."""
    (call,) = entries(roster({("fac-01", Slot(night, Part.NIGHT)): "CALL"}))

    assert (local(call.dtstart.value), local(call.dtend.value)) == (start, end)
    elapsed = call.dtend.value.astimezone(dt.UTC) - call.dtstart.value.astimezone(dt.UTC)
    assert elapsed == dt.timedelta(hours=hours)


def test_the_zone_of_the_program_is_described_in_the_file() -> None:
    """A phone elsewhere needs no table of its own: the file carries its time zone with both changes."""
    held = roster({("fac-01", Slot(SPRING, Part.AM)): "C"})
    text = write_calendar(held, "fac-01", held.window, EDITION).decode()

    zone = vobject.readOne(text).vtimezone
    assert zone.tzid.value == "America/New_York"
    assert {"standard", "daylight"} <= set(zone.contents)
    assert "DTSTART;TZID=America/New_York:20260308T080000" in text


def test_touching_parts_are_one_entry_and_a_lunch_hour_makes_two() -> None:
    """A day with the inpatient team is 06:00-18:00; a clinic day is two entries; a whole day of call is 24 hours."""
    monday = dt.date(2026, 3, 16)
    held = roster(
        {
            **{("fac-01", Slot(monday, part)): "FMIT" for part in (Part.AM, Part.PM)},
            **{("fac-01", Slot(monday + days(1), part)): "C" for part in (Part.AM, Part.PM)},
            **{("fac-01", Slot(monday + days(2), part)): "LDC" for part in Part},
        }
    )

    found = [(local(e.dtstart.value)[:8], local(e.dtend.value)[:8]) for e in entries(held)]

    assert found == [
        ("16 06:00", "16 18:00"),
        ("17 08:00", "17 12:00"),
        ("17 13:00", "17 17:00"),
        ("18 07:00", "19 07:00"),
    ]


def test_leave_is_a_whole_day_that_blocks_no_time_and_a_weekend_is_no_entry() -> None:
    """Time off on a weekday is an all-day entry; one without clock hours in half a day says which half."""
    friday = dt.date(2026, 3, 20)
    held = roster(
        {
            **{("fac-01", Slot(friday + days(n), part)): "LV" for n in range(2) for part in (Part.AM, Part.PM)},
            ("fac-01", Slot(friday + days(3), Part.PM)): "DO",
        }
    )

    leave, post_call = entries(held)

    assert (leave.dtstart.value, leave.dtend.value, leave.transp.value) == (friday, friday + days(1), "TRANSPARENT")
    assert (leave.summary.value, post_call.summary.value) == ("Leave", "Post-call day off (PM)")


def test_an_entry_keeps_its_uid_and_its_sequence_rises() -> None:
    """Another activity in the slot is the same entry in a later edition, so a phone updates it."""
    slot = Slot(dt.date(2026, 3, 16), Part.AM)
    (old,) = entries(roster({("fac-01", slot): "C"}))
    (new,) = entries(roster({("fac-01", slot): "GME"}), edition=Edition(8, EDITION.at))

    assert old.uid.value == new.uid.value == "demo.fac-01.20260316.am@housestaff"
    assert (old.sequence.value, new.sequence.value) == ("7", "8")


def test_a_covered_duty_is_cancelled_for_one_and_appears_for_the_other() -> None:
    """The overlay moves the entry between the two calendars; the replacement reads whom they cover, by id."""
    slot = Slot(dt.date(2026, 3, 16), Part.NIGHT)
    cover = Override("ovr-1", "fac-01", slot, "CALL", OverrideType.COVERAGE, "fac-02")
    held = roster({("fac-01", slot): "CALL"}, cover)

    (gone,) = entries(held, "fac-01")
    (taken,) = entries(held, "fac-02")

    assert (gone.status.value, taken.status.value) == ("CANCELLED", "CONFIRMED")
    assert taken.description.value == "Covers fac-01"
    assert gone.uid.value != taken.uid.value


def test_nobody_elses_duty_and_no_name_is_in_the_file() -> None:
    """A calendar holds one person's own duties."""
    slot = Slot(dt.date(2026, 3, 16), Part.AM)
    held = roster({("fac-01", slot): "C", ("fac-02", slot): "AT"})

    text = write_calendar(held, "fac-01", held.window, EDITION).decode()

    assert text.count("BEGIN:VEVENT") == 1
    assert "fac-02" not in text


def test_a_program_in_utc_needs_no_zone() -> None:
    """Universal time is written as such."""
    held = roster({("fac-01", Slot(dt.date(2026, 3, 16), Part.AM)): "C"}, zone="UTC")
    assert b"DTSTART:20260316T080000Z" in write_calendar(held, "fac-01", held.window, EDITION)

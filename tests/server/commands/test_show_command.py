"""The week at the terminal, with what overrides make of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable

import pytest

from scheduling.model.override import OverrideType
from scheduling.model.part import Part
from scheduling.store.database import Database
from tests.program_sample import MONDAY, Sample, attending, caller_on, override, settle

Cli = Callable[..., Awaitable[tuple[int, str, str]]]
AM, PM, NIGHT = Part.AM, Part.PM, Part.NIGHT
FRIDAY = dt.date(2026, 11, 13)


@pytest.fixture
async def sample(database: Database) -> Sample:
    """The small program of tests/program_sample.py."""
    return await settle(database)


async def week(cli: Cli, *people: str) -> dict[str, list[str]]:
    """The cells of each row, Monday first."""
    code, out, _ = await cli("show", "--week", MONDAY.isoformat(), *(w for p in people for w in ("--person", p)))
    assert code == 0
    rows = [[cell.strip() for cell in line.strip("│┃ ").replace("┃", "│").split("│")] for line in out.splitlines()]
    return {row[0]: row[1:] for row in rows if len(row) == 8}


async def test_what_was_cancelled_is_not_worked(cli: Cli, sample: Sample) -> None:
    """Its place is open, whether one person or everybody is shown."""
    assert (await week(cli, "fac-06"))["fac-06"][0] == "GME/GME/CALL"
    await sample.overridden(override("fac-06", MONDAY, PM, "GME", kind=OverrideType.CANCELLATION))
    assert (await week(cli, "fac-06"))["fac-06"][0] == "GME/·/CALL"
    assert (await week(cli))["fac-06"][0] == "GME/·/CALL"


async def test_a_cover_stands_in_the_place_of_what_was_released(cli: Cli, sample: Sample) -> None:
    """Whichever code comes first in the alphabet; whose duty it was has an open place."""
    await sample.overridden(
        override("fac-06", MONDAY, AM, "GME", kind=OverrideType.CANCELLATION),
        override("fac-05", MONDAY, AM, "AT", "fac-06"),
    )
    rows = await week(cli, "fac-05", "fac-06")
    assert (rows["fac-05"][0].split("/")[:2], rows["fac-06"][0]) == (["·", "AT"], "AT/GME/CALL")


async def test_a_gap_is_shown_beside_what_its_person_does_instead(cli: Cli, sample: Sample) -> None:
    """The gap is never hidden, and neither is the duty taken on."""
    await sample.overridden(
        override("fac-06", MONDAY, PM, "GME"),
        override("fac-06", MONDAY, AM, "GME"),
        override("fac-05", MONDAY, AM, "AT", "fac-06"),
    )
    assert (await week(cli, "fac-06"))["fac-06"][0] == "AT+GME!/GME!/CALL"


async def test_a_double_booking_shows_both_duties(cli: Cli, sample: Sample) -> None:
    """A cover of somebody who has not been released."""
    await sample.overridden(override("fac-05", MONDAY, AM, "AT", "fac-06"))
    assert (await week(cli, "fac-06"))["fac-06"][0] == "AT+GME/GME/CALL"


async def test_a_call_left_open_is_a_gap_of_the_night_on_any_weekday(cli: Cli, sample: Sample) -> None:
    """On a Friday as on a Monday, in the row `on call` as in the person's."""
    await sample.overridden(
        override(attending(FRIDAY), FRIDAY, NIGHT, "CALL"),
        override(caller_on(MONDAY), MONDAY, NIGHT, "CALL"),
    )
    rows = await week(cli)
    assert [n for n, cell in enumerate(rows["on call"]) if cell == "·/·/GAP!"] == [0, 4]
    assert rows[attending(FRIDAY)][4].endswith("/CALL!")

"""Duty records of a year's import: whose they are, what replaces them, and what never takes them away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.services.importing.import_year import import_folder, import_year
from scheduling.services.importing.problems import ImportRefusedError
from scheduling.services.importing.report import ImportReport, Outcome
from scheduling.services.importing.write_folder import write_folder
from scheduling.services.importing.year_input import YearInput
from scheduling.services.record_duty import RecordedDuty, record_duty, remove_duty_records
from scheduling.store.unit import UnitOfWork
from tests.scheduling.services.importing.conftest import TODAY

Begin = Callable[[], UnitOfWork]
SLUG = "sample"
DAY = dt.date(2026, 11, 9)
ONE = DutyRecord("m1", "pgy2-01", DutyKind.MOONLIGHTING, DAY, 480, 720)
TWO = DutyRecord("s1", "pgy3-01", DutyKind.STAY, DAY, 1080, 1500, "a patient")
OWN = DutyRecord("own", "pgy2-01", DutyKind.CALLED_IN, DAY, 60, 120)


async def bring(begin: Begin, year: YearInput, *records: DutyRecord, said: bool = True) -> ImportReport:
    async with begin() as unit:
        return await import_year(unit, replace(year, duty_records=records if said else None), SLUG, "America/New_York")


async def record(begin: Begin, *records: DutyRecord) -> RecordedDuty:
    async with begin() as unit:
        return await record_duty(unit, SLUG, records)


async def stored(begin: Begin) -> set[DutyRecord]:
    async with begin() as unit:
        return set((await unit.program(SLUG)).duty_records)


async def test_a_year_says_nothing_of_records_or_all_of_its_own(begin: Begin, year: YearInput) -> None:
    """Those recorded otherwise always stay; those it brought go when it speaks of records and lists them no more."""
    await bring(begin, year, ONE, TWO)
    await record(begin, OWN)
    assert (await bring(begin, year, ONE, TWO)).outcome is Outcome.UNCHANGED
    silent = await bring(begin, year, said=False)
    assert (silent.outcome, silent.changed) == (Outcome.CHANGED, ())
    assert await stored(begin) == {ONE, TWO, OWN}
    await bring(begin, year, TWO)
    assert await stored(begin) == {TWO, OWN}
    await bring(begin, year, said=False)
    await bring(begin, year)
    assert await stored(begin) == {OWN}
    assert (await bring(begin, year)).outcome is Outcome.UNCHANGED


async def test_an_input_without_records_has_the_digest_it_always_had(year: YearInput) -> None:
    """A year that was imported before there were records is still unchanged; none and nothing said are told apart."""
    assert "duty_records" not in year._canonical()
    assert replace(year, duty_records=()).digest != year.digest


async def test_its_own_records_may_change_in_every_way(begin: Begin, year: YearInput) -> None:
    """Another day, another person: the year's file is the truth of what it brought."""
    await bring(begin, year, ONE)
    other = replace(ONE, person="pgy3-02", date=DAY + dt.timedelta(1))
    report = await bring(begin, year, other)
    assert report.duty_records == ("m1",)
    assert await stored(begin) == {other}


async def test_a_record_of_others_is_corrected_and_never_taken_over(begin: Begin, year: YearInput) -> None:
    """The same person and date under its id is a correction; anything else refuses the whole import."""
    await bring(begin, year)
    await record(begin, OWN)
    await bring(begin, year, replace(OWN, end=180))
    assert await stored(begin) == {replace(OWN, end=180)}
    foreign = replace(OWN, id="foreign", date=DAY - dt.timedelta(7))
    await record(begin, foreign)
    with pytest.raises(ConflictError, match="foreign"):
        await bring(begin, year, ONE, replace(foreign, date=DAY))
    assert await stored(begin) == {replace(OWN, end=180), foreign}


async def test_what_is_the_same_is_not_written_again(begin: Begin, year: YearInput) -> None:
    """No generation, no audit row, no event; removing twice is refused with the nearest."""
    await bring(begin, year, said=False)
    assert await record(begin, ONE, TWO) == RecordedDuty(added=("m1", "s1"))
    async with begin() as unit:
        done = await record_duty(unit, SLUG, [ONE, replace(TWO, reason=None)])
        assert unit.transaction.changes == {"duty_record": ["s1"]}
    assert done == RecordedDuty(changed=("s1",), unchanged=("m1",))
    async with begin() as unit:
        assert await record_duty(unit, SLUG, [ONE]) == RecordedDuty(unchanged=("m1",))
        assert not unit.transaction.dirty
    async with begin() as unit:
        assert await remove_duty_records(unit, SLUG, ["m1", "m1"]) == (ONE,)
    assert {r.id for r in await stored(begin)} == {"s1"}


async def test_hours_still_to_come_are_refused(begin: Begin, year: YearInput, folder: Path) -> None:
    """By every way in, with the dates that are valid; the folder by file and row; nothing is written."""
    await bring(begin, year, said=False)
    later = replace(ONE, date=TODAY + dt.timedelta(1))
    night = replace(TWO, date=TODAY)
    for wrong, field in ((later, "date"), (night, "end_date")):
        for way in (record(begin, ONE, wrong), bring(begin, year, ONE, wrong)):
            with pytest.raises(InvalidError, match=f"^{field}: ") as caught:
                await way
            assert caught.value.details["valid"] == [f"up to {TODAY}"]
    write_folder(replace(year, duty_records=(ONE, later)), folder)
    for slug in (SLUG, "another"):
        with pytest.raises(ImportRefusedError) as refused:
            async with begin() as unit:
                await import_folder(unit, folder, slug, "America/New_York")
        [problem] = refused.value.problems
        assert (problem.file, problem.row, problem.column) == ("duty_records.csv", 3, "date")
    assert await stored(begin) == set()
    async with begin() as unit:
        with pytest.raises(NotFoundError):
            await unit.program("another")


async def test_events_name_people_and_dates_and_no_reason(begin: Begin, year: YearInput) -> None:
    """One for each person, so that who is concerned is told and every reader of a verdict reads it again."""
    await bring(begin, year, ONE, TWO)
    async with begin() as unit:
        told = [e for e in unit._events if e[1].startswith("duty")]
        assert told == []
        await remove_duty_records(unit, SLUG, ["m1", "s1"])
        told = [e for e in unit._events if e[1] == "duty.removed"]
    assert [(e[2]["person"], e[2]["start"], e[2]["end"]) for e in told] == [
        ("pgy2-01", "2026-11-09", "2026-11-09"),
        ("pgy3-01", "2026-11-09", "2026-11-10"),
    ]
    assert "a patient" not in str(told)

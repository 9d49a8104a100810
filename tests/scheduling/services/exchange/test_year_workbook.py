from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.errors import InvalidError
from scheduling.model.policy import shipped_policy
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.services.exchange.stored_year import stored_year
from scheduling.services.exchange.year_workbook import unpack_year_workbook, write_year_workbook
from scheduling.services.importing.import_year import import_folder, import_year
from scheduling.services.importing.problems import ImportRefusedError
from scheduling.services.importing.read_folder import read_folder
from scheduling.services.importing.report import Outcome
from scheduling.services.record_absence import AbsenceRequest, record_absence
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from tests.program_sample import context
from tests.real_year import FOLDER, MISSING


@pytest.fixture(scope="module")
def written() -> bytes:
    return write_year_workbook(build_demo(), "demo")


def saved(tmp_path: Path, content: bytes) -> Path:
    file = tmp_path / "year.xlsx"
    file.write_bytes(content)
    return file


async def test_a_year_goes_out_and_comes_back_as_it_was(database: Database, tmp_path: Path) -> None:
    """Imported, exported from what is stored, and imported again: the same content, and nothing to do."""
    async with UnitOfWork(database, context(program="demo")) as unit:
        await import_year(unit, build_demo(), "demo", "America/New_York")
    async with UnitOfWork(database, context(program="demo")) as unit:
        stored = await stored_year(unit, "demo", 2026)
    assert stored == build_demo()

    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    unpack_year_workbook(saved(tmp_path, write_year_workbook(stored, "demo")), unpacked)
    async with UnitOfWork(database, context(program="demo")) as unit:
        report = await import_folder(unit, unpacked, "demo")
    assert report.outcome is Outcome.UNCHANGED


async def test_an_absence_recorded_by_other_ways_comes_back_as_the_one_it_is(
    database: Database, tmp_path: Path
) -> None:
    """Known by what it says: a year that is imported as it was exported has nobody away twice, and the reason stays."""
    async with UnitOfWork(database, context(program="demo")) as unit:
        await import_year(unit, build_demo(), "demo", "America/New_York")
    asked = AbsenceRequest("fac-03", dt.date(2026, 11, 9), dt.date(2026, 11, 10), reason="private")
    async with UnitOfWork(database, context(program="demo")) as unit:
        await record_absence(unit, "demo", asked)
    async with UnitOfWork(database, context(program="demo")) as unit:
        before = (await unit.program("demo")).absences
        stored = await stored_year(unit, "demo", 2026)
    folder = tmp_path / "year"
    folder.mkdir()
    unpack_year_workbook(saved(tmp_path, write_year_workbook(stored, "demo")), folder)
    for outcome in (Outcome.CHANGED, Outcome.UNCHANGED):
        async with UnitOfWork(database, context(program="demo")) as unit:
            assert (await import_folder(unit, folder, "demo")).outcome is outcome
        async with UnitOfWork(database, context(program="demo")) as unit:
            assert (await unit.program("demo")).absences == before


TODAY = dt.date(2026, 11, 30)
RECORDS = (
    DutyRecord("m1", "pgy2-01", DutyKind.MOONLIGHTING, dt.date(2026, 11, 7), 0, 300),
    DutyRecord("s1", "pgy3-01", DutyKind.STAY, dt.date(2026, 11, 9), 1080, 2880, '=1+1, "a patient" é'),
    DutyRecord("t1", "pgy3-01", DutyKind.TRANSITION, dt.date(2026, 11, 11), 420, 480, None, new_patients=True),
)


async def test_duty_records_go_out_and_come_back(database: Database, tmp_path: Path) -> None:
    """Every field, reasons included; records of another year stay at home."""
    source = replace(build_demo(), duty_records=RECORDS)
    older = replace(RECORDS[0], id="m0", date=dt.date(2026, 6, 30))
    async with UnitOfWork(database, context(program="demo"), today=TODAY) as unit:
        await import_year(unit, source, "demo", "America/New_York")
    async with UnitOfWork(database, context(program="demo"), today=TODAY) as unit:
        await unit.lock("demo")
        await unit.duty_records.save("demo", older)
    async with UnitOfWork(database, context(program="demo"), today=TODAY) as unit:
        stored = await stored_year(unit, "demo", 2026)
    assert stored == source

    unpacked = tmp_path / "unpacked"
    unpacked.mkdir()
    unpack_year_workbook(saved(tmp_path, write_year_workbook(stored, "demo")), unpacked)
    assert read_folder(unpacked, shipped_policy().catalogue) == source
    async with UnitOfWork(database, context(program="demo"), today=TODAY) as unit:
        assert (await import_folder(unit, unpacked, "demo")).outcome is Outcome.UNCHANGED


def test_clock_times_that_a_spreadsheet_made_its_own_are_read(tmp_path: Path) -> None:
    """A time cell and a date cell; a sheet that is not there says nothing of duty records."""
    source = replace(build_demo(), duty_records=RECORDS[:1])
    file = saved(tmp_path, write_year_workbook(source, "demo"))
    book = load_workbook(file)
    sheet = book["duty_records"]
    head = {str(cell.value): number for number, cell in enumerate(sheet[1], 1)}
    sheet.cell(2, head["start"]).value = dt.time(0, 0)
    sheet.cell(2, head["end"]).value = dt.time(5, 0)
    sheet.cell(2, head["date"]).value = dt.datetime(2026, 11, 7)  # noqa: DTZ001 - as a spreadsheet stores it
    book.save(file)
    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack_year_workbook(file, folder)
    assert read_folder(folder, shipped_policy().catalogue) == source

    del book["duty_records"]
    book.save(file)
    bare = tmp_path / "bare"
    bare.mkdir()
    unpack_year_workbook(file, bare)
    assert read_folder(bare, shipped_policy().catalogue) == build_demo()


@pytest.mark.real_data
@MISSING
async def test_the_real_year_goes_out_and_comes_back(database: Database, tmp_path: Path) -> None:
    """A coordinator's own year with all its edges survives the trip."""
    async with UnitOfWork(database, context(program="real")) as unit:
        await import_folder(unit, FOLDER, "real", "Pacific/Honolulu")
    async with UnitOfWork(database, context(program="real")) as unit:
        stored = await stored_year(unit, "real", 2025)
    unpack_year_workbook(saved(tmp_path, write_year_workbook(stored, "real")), tmp_path)
    async with UnitOfWork(database, context(program="real")) as unit:
        assert (await import_folder(unit, tmp_path, "real")).outcome is Outcome.UNCHANGED


def test_what_a_spreadsheet_makes_of_a_cell_is_read_as_it_was_meant(tmp_path: Path, written: bytes) -> None:
    """Dates that became dates, whole numbers that became floats, blanks around words."""
    file = saved(tmp_path, written)
    book = load_workbook(file)
    book["blocks"]["B2"].value = dt.datetime(2026, 7, 1)  # noqa: DTZ001 - as a spreadsheet stores it
    book["people"]["A2"].value = f"  {book['people']['A2'].value} "
    book.save(file)

    folder = tmp_path / "unpacked"
    folder.mkdir()
    unpack_year_workbook(file, folder)

    assert (folder / "blocks.csv").read_text().splitlines()[1].split(",")[1] == "2026-07-01"
    assert not (folder / "people.csv").read_text().splitlines()[1].startswith(" ")


def test_a_missing_sheet_is_named(tmp_path: Path, written: bytes) -> None:
    """Each one, before anything is read."""
    file = saved(tmp_path, written)
    book = load_workbook(file)
    del book["calls"]
    book.save(file)
    with pytest.raises(ImportRefusedError, match=r"calls.csv row 1 column date: the workbook has no sheet calls"):
        unpack_year_workbook(file, tmp_path)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 not really", b"<html>", b"\x00" * 100])
def test_what_is_no_workbook_is_said_so(tmp_path: Path, content: bytes) -> None:
    """Whatever the file is."""
    with pytest.raises(InvalidError, match="not a workbook"):
        unpack_year_workbook(saved(tmp_path, content), tmp_path)

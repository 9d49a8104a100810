from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scheduling.model.errors import InvalidError, StaleError, UserError
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.services.exchange.block_csv import write_block_csv
from scheduling.services.exchange.block_grid import grid_of
from scheduling.services.exchange.read_block_csv import read_block_csv
from scheduling.services.exchange.read_block_workbook import EditedBlock
from scheduling.services.exchange.take_back import take_as_draft
from tests.scheduling.services.publishing.small_house import BLOCK, NIGHT, SLUG, SmallHouse

MORNING = Slot(NIGHT.date, Part.AM)


async def exported(house: SmallHouse, tmp_path: Path, edit: Callable[[str], str] = str) -> Path:
    text = write_block_csv(grid_of(await house.roster(), BLOCK, names=False)).decode()
    return saved(tmp_path, edit(text))


def saved(tmp_path: Path, text: str) -> Path:
    file = tmp_path / "block.csv"
    file.write_text(text)
    return file


async def read(house: SmallHouse, file: Path) -> EditedBlock:
    async with house.unit() as unit:
        return await read_block_csv(unit, SLUG, file)


async def test_out_and_back_is_the_identity(house: SmallHouse, tmp_path: Path) -> None:
    """No edit, no change."""
    assert (await read(house, await exported(house, tmp_path))).changes == ()


async def test_an_edited_row_becomes_a_draft(house: SmallHouse, tmp_path: Path) -> None:
    """Another activity in one row is the only change."""
    row = f"{NIGHT.date},AM,pgy1-01,ELEC"
    edited = await read(house, await exported(house, tmp_path, lambda t: t.replace(row, row.replace("ELEC", "ADM"))))
    assert edited.changes == (Change("pgy1-01", MORNING, "ELEC", "ADM"),)
    async with house.unit() as unit:
        taken = await take_as_draft(unit, SLUG, edited)
    assert taken.draft is not None


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("#housestaff 1", "date,part", "not a block that housestaff exported"),
        ("program=small", "program=large", "of another program"),
        ("block=2025/10", "block=2025/44", "block 2025/44 is not known"),
        ("date,part,person", "date,person,part", "row 2 column date: the columns are date, part, person"),
        ("pgy1-01,ELEC", "pgy1-99,ELEC", r"row \d+ column person: person pgy1-99 is not known"),
        ("pgy1-01,ELEC", "pgy1-01,ELEK", r"row \d+ column activity: activity ELEK is not known; nearest: ELEC"),
        ("2026-03-12,AM", "2026-03-32,AM", r"row 3 column date: date: not a date"),
        ("2026-03-12,AM", "2026-06-12,AM", "lies outside block 2025/10"),
        ("2026-03-12,AM", "2026-03-12,EVE", r"row 3 column part: part: no such day part"),
        ("2026-03-12,PM", "2026-03-12,AM", "stands twice"),
    ],
)
async def test_faults_are_named_by_line_and_column(
    house: SmallHouse, tmp_path: Path, old: str, new: str, message: str
) -> None:
    """Whatever was damaged."""
    file = await exported(house, tmp_path, lambda text: text.replace(old, new))
    with pytest.raises(UserError, match=message):
        await read(house, file)


async def test_what_is_no_text_is_said_so(house: SmallHouse, tmp_path: Path) -> None:
    """An empty file, and bytes."""
    with pytest.raises(InvalidError, match="not a block"):
        await read(house, saved(tmp_path, ""))
    file = tmp_path / "bytes.csv"
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(InvalidError, match="UTF-8"):
        await read(house, file)


async def test_a_file_from_before_an_override_is_stale(house: SmallHouse, tmp_path: Path) -> None:
    """What it shows is no longer what stands."""
    file = await exported(house, tmp_path)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.move_overlay(SLUG, 0)
    with pytest.raises(StaleError, match="since the export"):
        await read(house, file)

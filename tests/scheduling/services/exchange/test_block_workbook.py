from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from scheduling.model.errors import InvalidError, StaleError, UserError
from scheduling.model.lifecycle import VersionState
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.services.exchange.block_csv import write_block_csv
from scheduling.services.exchange.block_grid import BlockGrid, grid_of
from scheduling.services.exchange.block_look import HEADER, column_of
from scheduling.services.exchange.block_page import write_block_page
from scheduling.services.exchange.block_workbook import write_block_workbook
from scheduling.services.exchange.read_block_workbook import EditedBlock, read_block_workbook
from scheduling.services.exchange.take_back import Taken, take_as_draft, take_as_overrides
from tests.scheduling.services.publishing.small_house import BLOCK, NIGHT, REF, SLUG, SmallHouse

MORNING = Slot(NIGHT.date, Part.AM)
DAY = (NIGHT.date - BLOCK.start).days


async def drawn(house: SmallHouse) -> BlockGrid:
    return grid_of(await house.roster(), BLOCK, names=False)


async def exported(house: SmallHouse, tmp_path: Path) -> Path:
    grid = await drawn(house)
    file = tmp_path / "block.xlsx"
    file.write_bytes(write_block_workbook(grid, (await house.roster()).catalogue))
    return file


async def read(house: SmallHouse, file: Path) -> EditedBlock:
    async with house.unit() as unit:
        program = await unit.program(SLUG)
    return read_block_workbook(file, program)


def edit(file: Path, act: Callable[[Workbook], None]) -> Path:
    book = load_workbook(file)
    act(book)
    book.save(file)
    return file


def row_of(book: Workbook, ident: str) -> int:
    sheet = book.worksheets[0]
    return next(row for row in range(1, sheet.max_row + 1) if sheet.cell(row, 1).value == ident)


def put(ident: str, column: int, value: str | None) -> Callable[[Workbook], None]:
    def act(book: Workbook) -> None:
        book.worksheets[0].cell(row_of(book, ident), column).value = value

    return act


async def as_draft(house: SmallHouse, file: Path) -> Taken:
    edited = await read(house, file)
    async with house.unit() as unit:
        return await take_as_draft(unit, SLUG, edited)


async def as_overrides(house: SmallHouse, file: Path) -> Taken:
    return await take_as_overrides(house.opener(), SLUG, await read(house, file), "by workbook", "admin")


async def test_a_workbook_without_edits_changes_nothing(house: SmallHouse, tmp_path: Path) -> None:
    """Out and back is the identity, also after a spreadsheet has saved it."""
    file = await exported(house, tmp_path)
    for _ in range(2):
        assert (await read(house, file)).changes == ()
        assert await as_draft(house, file) == Taken(0)
        assert await as_overrides(house, file) == Taken(0)
        edit(file, lambda _: None)


async def test_an_edited_workbook_becomes_a_draft(house: SmallHouse, tmp_path: Path) -> None:
    """The edited cells are manual, everything else stays, and nothing is live by it."""
    live, caller, other = await house.live(), await house.on_call(), await house.off_call()
    file = await exported(house, tmp_path)
    edit(file, put("person:pgy1-01", column_of(DAY, Part.AM), "ADM"))
    edit(file, put("night:CALL:1", column_of(DAY, Part.AM), other))

    taken = await as_draft(house, file)

    assert taken.changes == 3
    assert taken.draft is not None
    assert (taken.draft.state, taken.draft.parent) == (VersionState.DRAFT, live)
    async with house.unit() as unit:
        contents = await unit.versions.load(SLUG, [live or "", taken.draft.hash])
    before, after = ({(c.person, c.slot): (c.activity, c.source) for c in contents[h]} for h in contents)
    if (caller, NIGHT) not in before:
        before, after = after, before
    assert after[other, NIGHT] == ("CALL", Source.MANUAL)
    assert after["pgy1-01", MORNING] == ("ADM", Source.MANUAL)
    assert (caller, NIGHT) not in after
    rest = [(caller, NIGHT), (other, NIGHT), ("pgy1-01", MORNING)]
    assert {k: v for k, v in before.items() if k not in rest} == {k: v for k, v in after.items() if k not in rest}
    assert await house.live() == live


async def test_rows_are_joined_by_their_hidden_ids_not_by_what_they_are_called(
    house: SmallHouse, tmp_path: Path
) -> None:
    """Renamed and sorted rows are still the same people."""
    file = await exported(house, tmp_path)

    def shuffle(book: Workbook) -> None:
        sheet = book.worksheets[0]
        one, two = row_of(book, "person:fac-01"), row_of(book, "person:fac-02")
        for column in range(1, sheet.max_column + 1):
            a, b = sheet.cell(one, column), sheet.cell(two, column)
            a.value, b.value = b.value, a.value
        sheet.cell(one, 2).value = "somebody else"

    assert (await read(house, edit(file, shuffle))).changes == ()


async def test_edits_inside_a_published_block_become_overrides(house: SmallHouse, tmp_path: Path) -> None:
    """A duty written into another's open slot is a coverage; an emptied one a cancellation, or a gap where it must be."""
    caller, other = await house.on_call(), await house.off_call()
    file = await exported(house, tmp_path)
    edit(file, put("night:CALL:1", column_of(DAY, Part.AM), other))
    edit(file, put("person:pgy1-01", column_of(DAY, Part.AM), None))
    edit(file, put("night:CALL:1", column_of(DAY + 1, Part.AM), None))

    taken = await as_overrides(house, file)

    roster = await house.roster()
    assert {(o.type, o.person, o.replacement) for o in taken.overrides} >= {
        (OverrideType.COVERAGE, caller, other),
        (OverrideType.CANCELLATION, "pgy1-01", None),
    }
    assert [o.type for o in taken.overrides if o.slot == Slot(NIGHT.date + dt.timedelta(1), Part.NIGHT)] == [
        OverrideType.GAP
    ]
    assert roster.at(other, NIGHT) == "CALL"
    assert (await read(house, await exported(house, tmp_path))).changes == ()


async def test_what_no_override_can_say_is_refused_cell_by_cell_and_nothing_is_set(
    house: SmallHouse, tmp_path: Path
) -> None:
    """Another activity for the same person is a draft's business; the refusal names sheet, row and column."""
    file = await exported(house, tmp_path)
    edit(file, put("person:pgy1-01", column_of(DAY, Part.AM), None))
    edit(file, put("person:pgy2-01", column_of(DAY, Part.AM), "ADM"))

    with pytest.raises(UserError, match=r"block 2025-10 row \d+ column [A-Z]+: an override cannot turn ELEC into ADM"):
        await as_overrides(house, file)
    async with house.unit() as unit:
        assert (await unit.programs.state(SLUG)).overlay == 0


async def test_a_workbook_of_another_moment_is_stale(house: SmallHouse, tmp_path: Path) -> None:
    """Overrides set since the export would be written over."""
    file = await exported(house, tmp_path)
    edit(file, put("person:pgy1-01", column_of(DAY, Part.AM), None))
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.move_overlay(SLUG, 0)
    with pytest.raises(StaleError, match="since the export"):
        await as_overrides(house, file)


async def test_a_cell_under_an_override_is_no_drafts_business(house: SmallHouse, tmp_path: Path) -> None:
    """Editing what an override made would be lost under it: the cell is named."""
    async with house.unit() as unit:
        await unit.lock(SLUG)
        cover = Override("ovr-1", "pgy1-01", MORNING, "ELEC", OverrideType.GAP)
        await unit.overrides.add(SLUG, cover, reason="sick")
        await unit.programs.move_overlay(SLUG, 0)
    file = await exported(house, tmp_path)
    edit(file, put("person:pgy1-01", column_of(DAY, Part.AM), "ADM"))
    with pytest.raises(UserError, match="an override stands there over ELEC"):
        await as_draft(house, file)


def _twice(book: Workbook) -> None:
    book.worksheets[0].cell(row_of(book, "person:fac-02"), 1).value = "person:fac-01"


def _no_ids(book: Workbook) -> None:
    sheet = book.worksheets[0]
    for row in range(1, sheet.max_row + 1):
        sheet.cell(row, 1).value = None


def _without(sheet: str) -> Callable[[Workbook], None]:
    return lambda book: book.remove(book[sheet])


def _signed(field: int, value: str) -> Callable[[Workbook], None]:
    def act(book: Workbook) -> None:
        book["housestaff"].cell(field, 2).value = value

    return act


DAMAGE: dict[str, tuple[Callable[[Workbook], None], str]] = {
    "unknown code": (
        put("person:fac-01", column_of(DAY, Part.AM), "GMEE"),
        r"activity GMEE is not known; nearest: GME",
    ),
    "unknown caller": (
        put("night:CALL:1", column_of(DAY, Part.AM), "fac-11"),
        r"person fac-11 is not known; nearest: fac-01",
    ),
    "unknown row": (put("person:fac-01", 1, "person:fac-99"), r"column A: row fac-99 is not known"),
    "row twice": (_twice, "column A: the row stands twice"),
    "ids lost": (_no_ids, "has lost its hidden id"),
    "column moved": (lambda b: b.worksheets[0].delete_cols(column_of(3, Part.AM), 2), "columns were moved"),
    "unsigned": (_without("housestaff"), "hidden sheet is missing"),
    "no base": (_without("base"), "hidden sheets are incomplete"),
    "another program": (_signed(3, "elsewhere"), "of another program than small"),
    "another kind": (_signed(2, "year"), "holds a year, not a block"),
    "another format": (_signed(1, "7"), "another version of housestaff"),
    "no such block": (_signed(4, "2025/44"), "block 2025/44 is not known"),
    "row removed": (lambda b: b.worksheets[0].delete_rows(row_of(b, "person:fac-03")), "the row of fac-03 was removed"),
    "broken base": (lambda b: setattr(b["base"].cell(1, 2), "value", "yesterday"), "hidden sheets are damaged"),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_a_damaged_workbook_is_one_clear_error_and_no_change(
    house: SmallHouse, tmp_path: Path, damage: str
) -> None:
    """It says what is wrong and where, and nothing was written."""
    act, message = DAMAGE[damage]
    file = edit(await exported(house, tmp_path), act)
    with pytest.raises(UserError, match=message):
        await as_draft(house, file)
    async with house.unit() as unit:
        assert len(await unit.versions.listed(SLUG)) == 2


async def test_a_truncated_file_and_a_bomb_are_refused(house: SmallHouse, tmp_path: Path) -> None:
    """Before anything is unpacked."""
    whole = (await exported(house, tmp_path)).read_bytes()
    cut = tmp_path / "cut.xlsx"
    cut.write_bytes(whole[: len(whole) // 2])
    bomb = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        for number in range(3):
            packed.writestr(f"xl/{number}.xml", b"0" * 100_000_000)
    for file, message in ((cut, "not a workbook"), (bomb, "unpacks to more"), (tmp_path / "none.xlsx", "is not there")):
        with pytest.raises(InvalidError, match=message):
            await read(house, file)


async def test_every_fault_is_named_at_once(house: SmallHouse, tmp_path: Path) -> None:
    """Two wrong cells are two lines, each with its row and column."""
    file = await exported(house, tmp_path)
    for part in (Part.AM, Part.PM):
        edit(file, put("person:fac-01", column_of(DAY, part), "XX1"))
    with pytest.raises(UserError) as caught:
        await read(house, file)
    assert len(caught.value.message.splitlines()) == 2


async def test_the_sheet_is_laid_out_as_coordinators_do(house: SmallHouse, tmp_path: Path) -> None:
    """Call rows on top with merged cells, people by PGY and role, ids hidden, counts as formulas."""
    book = load_workbook(await exported(house, tmp_path))
    sheet = book.worksheets[0]

    assert sheet.column_dimensions["A"].hidden
    assert sheet.cell(HEADER + 1, 1).value == "night:CALL:1"
    assert sheet.cell(HEADER + 1, column_of(DAY, Part.AM)).coordinate in str(sheet.merged_cells)
    labels = [sheet.cell(row, 2).value for row in range(HEADER + 1, sheet.max_row + 1)]
    assert labels.index("PGY-1") < labels.index("PGY-2") < labels.index("Faculty: core") < labels.index("in C")
    assert str(sheet.cell(row_of(book, "person:fac-01"), column_of(28, Part.AM)).value).startswith("=COUNTIF(")
    assert [s.sheet_state for s in book.worksheets[1:]] == ["hidden", "veryHidden", "veryHidden"]


async def test_csv_and_page_hold_the_same_cells(house: SmallHouse) -> None:
    """One row for each assignment; a page without scripts in which everything is escaped."""
    grid = await drawn(house)
    rows = write_block_csv(grid).decode().splitlines()
    assert len(rows) == len(grid.held) + 2
    assert f"{NIGHT.date},NIGHT,{await house.on_call()},CALL," in rows

    page = write_block_page(grid, (await house.roster()).catalogue).decode()
    assert page.count(">GME<") == sum(code == "GME" for code in grid.held.values())
    assert "<script" not in page
    assert "L&D" not in page.replace("L&amp;D", "")


async def test_no_name_leaves_without_the_right_to_names(house: SmallHouse) -> None:
    """Labels are ids unless names may be seen."""
    async with house.unit() as unit:
        await unit.lock(SLUG)
        person = (await unit.program(SLUG)).person("fac-01")
        await unit.people.save(SLUG, replace(person, name="NAME-1"))
    roster = await house.roster()
    catalogue = roster.catalogue
    assert b"NAME-1" not in write_block_page(grid_of(roster, BLOCK, names=False), catalogue)
    assert b"NAME-1" in write_block_page(grid_of(roster, BLOCK, names=True), catalogue)
    assert BLOCK.ref == REF

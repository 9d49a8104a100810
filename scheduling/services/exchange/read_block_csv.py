"""Read an edited block CSV: what was changed in it since it was exported, or every fault by line and column."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError, NotFoundError, StaleError, UserError
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.model.program import Program
from scheduling.services.exchange.block_csv import COLUMNS, MARK
from scheduling.services.exchange.open_workbook import LARGEST
from scheduling.services.exchange.read_block_workbook import EditedBlock, Key
from scheduling.services.exchange.workbook_sign import FORMAT, Sign
from scheduling.services.importing.problems import Problems
from scheduling.services.named_file import check_readable, reading
from scheduling.store.unit import UnitOfWork


def read_csv_sign(file: Path) -> Sign:
    """What a block's CSV says it is in its first line; InvalidError where it does not say."""
    return _sign(_lines(file))


async def read_block_csv(unit: UnitOfWork, slug: str, file: Path) -> EditedBlock:
    """The edits of a CSV against the version and overlay it was exported from.

    ImportRefusedError lists every fault by line; StaleError when overrides moved since the export.
    """
    lines = _lines(file)
    sign = _sign(lines)
    if sign.program != slug:
        raise InvalidError("FILE", f"the file is of another program than {slug}")
    program = await unit.program(slug)
    block = program.calendar.block(BlockRef.parse(sign.about))
    roster = await unit.roster(slug, block.window, at={block.ref: sign.version}, margin=0)
    if str(roster.overlay) != sign.overlay:
        raise StaleError("overrides were set or reverted since the export", hint="export the block again")
    problems = Problems()
    held, places = _held(lines, file.name, program, block.ref, problems)
    problems.refuse()
    before = {(person, slot): code for person, slot, code in roster.filled(block.window)}
    changes = [
        Change(person, slot, before.get((person, slot)), held.get((person, slot)))
        for person, slot in sorted({*before, *held}, key=lambda key: (key[1], key[0]))
        if before.get((person, slot)) != held.get((person, slot))
    ]
    return EditedBlock(sign, block.ref, tuple(changes), places)


def _lines(file: Path) -> list[str]:
    check_readable(file)
    try:
        with reading():
            if file.stat().st_size > LARGEST:
                raise InvalidError("FILE", "the file is larger than a block can be")
            return file.read_text("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError:
        raise InvalidError("FILE", "cannot be read as UTF-8 text") from None


def _sign(lines: list[str]) -> Sign:
    words = lines[0].split() if lines else []
    facts = dict(word.split("=", 1) for word in words[2:] if "=" in word)
    if words[:2] != [MARK, FORMAT] or {"program", "block", "version", "overlay"} - facts.keys():
        raise InvalidError("FILE", "not a block that housestaff exported: its first line says what it is")
    return Sign("block", facts["program"], facts["block"], facts["version"], facts["overlay"])


def _held(
    lines: list[str], name: str, program: Program, block: BlockRef, problems: Problems
) -> tuple[dict[Key, str], Mapping[Key, tuple[str, int, str]]]:
    held: dict[Key, str] = {}
    places: dict[Key, tuple[str, int, str]] = {}
    window = program.calendar.block(block).window
    rows = csv.reader(lines[1:])
    if next(rows, None) != list(COLUMNS):
        problems.add(name, 2, COLUMNS[0], f"the columns are {', '.join(COLUMNS)}")
        return held, places
    for number, row in enumerate(rows, 3):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(COLUMNS):
            problems.add(name, number, COLUMNS[0], f"the row has {len(row)} cells, not {len(COLUMNS)}")
            continue
        date, part, person, code = (cell.strip() for cell in row[:4])
        try:
            slot = Slot(Slot.day(date), Part.parse(part))
            program.person(person)
            program.catalogue.index(code)
        except UserError as error:
            problems.add(name, number, _column(error), error.message)
            continue
        if slot.date not in window:
            problems.add(name, number, "date", f"{date} lies outside block {block}")
        elif (person, slot) in held:
            problems.add(name, number, "person", f"{person} stands twice at {slot}")
        else:
            held[person, slot] = code
            places[person, slot] = (name, number, "activity")
    return held, places


def _column(error: UserError) -> str:
    if isinstance(error, NotFoundError):
        return error.message.split()[0]
    return str(error.details.get("field", COLUMNS[0]))

"""The first version of every block of a recorded year: preloaded, then filled from the template (domain.md §4)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from scheduling.model.calendar import Block
from scheduling.model.preload import preload
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.rotation import RotationHalf
from scheduling.model.template import fill_template
from scheduling.model.version import BlockSchedule, Cell


def first_schedules(
    program: Program, record: YearRecord, recorded: Iterable[Cell] = (), *, template: bool = True
) -> tuple[BlockSchedule, ...]:
    """One schedule per block of the year, in order, and one for each neighbouring block that a duty reaches into.

    Such a neighbour holds only what crosses the edge: the night before the year and the duties after its last days.
    `recorded` cells, known of the year before, are laid first.
    """
    sheet = preload(program, record, recorded)
    if template:
        fill_template(program, record, sheet)
    cells: dict[Block, list[Cell]] = {b: [] for b in program.calendar.blocks(record.year)}
    found: dict[object, Block] = {}
    for cell in sheet.cells():
        block = found.get(cell.slot.date) or found.setdefault(cell.slot.date, program.calendar.block_of(cell.slot.date))
        cells.setdefault(block, []).append(cell)
    halves: dict[object, list[RotationHalf]] = defaultdict(list)
    for half in record.halves:
        halves[half.block].append(half)
    return tuple(BlockSchedule.of(block, cells[block], halves[block.ref]) for block in sorted(cells))

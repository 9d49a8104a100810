"""A block as CSV: one assignment a row."""

from __future__ import annotations

import csv
import io

from scheduling.services.exchange.block_grid import BlockGrid
from scheduling.services.exchange.workbook_sign import FORMAT

MARK = "#housestaff"
"""How the first line begins, which says what the file was exported from."""
COLUMNS = ("date", "part", "person", "activity", "covers")


def write_block_csv(grid: BlockGrid) -> bytes:
    """The effective schedule by date, part and person; `covers` names whose duty a covered one was."""
    stream = io.StringIO()
    about = f"program={grid.program} block={grid.block.ref} version={grid.version} overlay={grid.overlay}"
    stream.write(f"{MARK} {FORMAT} {about}\n")
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for (person, slot), code in sorted(grid.held.items(), key=lambda item: (item[0][1], item[0][0])):
        writer.writerow([slot.date, slot.part.name, person, code, grid.covers.get((person, slot), "")])
    return stream.getvalue().encode()

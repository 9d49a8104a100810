"""`housestaff import FILE.xlsx`: a year's input, or an edited block as a draft or as overrides."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from anyio import to_thread

from auth.scopes import Scope
from scheduling.model.errors import InvalidError
from scheduling.services.exchange.open_workbook import open_workbook
from scheduling.services.exchange.read_block_csv import read_block_csv, read_csv_sign
from scheduling.services.exchange.read_block_workbook import read_block_workbook
from scheduling.services.exchange.take_back import Taken, take_as_draft, take_as_overrides
from scheduling.services.exchange.workbook_sign import Sign, read_sign
from scheduling.services.exchange.year_workbook import unpack_year_workbook
from server.commands.local import Desk, at_desk
from server.commands.printing import emit_json, say


def sign_of(file: Path) -> Sign:
    """What a workbook or a block's CSV is; InvalidError for a file that is none of ours."""
    if file.suffix.lower() == ".csv":
        return read_csv_sign(file)
    if file.suffix.lower() != ".xlsx":
        raise InvalidError("FOLDER", "is a file; a folder of CSV files, a workbook or a block's CSV is imported")
    return read_sign(open_workbook(file))


@contextmanager
def unpacked(file: Path) -> Iterator[Path]:
    """A year's workbook as an import folder, for the length of the block."""
    with tempfile.TemporaryDirectory(prefix="housestaff-") as folder:
        unpack_year_workbook(file, Path(folder))
        yield Path(folder)


def import_block(file: Path, sign: Sign, program: str | None, *, overrides: str | None, as_json: bool) -> None:
    """Take an edited block back: as a draft, or with a reason as overrides over the published block."""

    async def act(desk: Desk) -> Taken:
        slug = program or sign.program
        needed = Scope.SCHEDULE_PROPOSE if overrides is None else Scope.SCHEDULE_COMMIT
        access = await desk.enter(slug, needed)
        trail = desk.trail("import", access.program, block=sign.about, overrides=overrides is not None)
        async with desk.unit(trail) as unit:
            if file.suffix.lower() == ".csv":
                edited = await read_block_csv(unit, access.program, file)
            else:
                known = await unit.program(access.program)
                edited = await to_thread.run_sync(read_block_workbook, file, known)
        if overrides is not None:
            return await take_as_overrides(
                lambda: desk.unit(trail), access.program, edited, overrides, str(access.role)
            )
        async with desk.unit(trail) as unit:
            return await take_as_draft(unit, access.program, edited)

    taken = at_desk(act)
    draft = taken.draft.hash if taken.draft else None
    if as_json:
        emit_json({"changes": taken.changes, "draft": draft, "overrides": [o.id for o in taken.overrides]})
    elif not taken.changes:
        say(f"block {sign.about}: nothing was edited, nothing changed")
    elif draft is not None:
        say(
            f"block {sign.about}: {taken.changes} cells changed, draft {draft}\nstage it with stage_publish; nothing is live yet"
        )
    else:
        say(f"block {sign.about}: {len(taken.overrides)} overrides set: {' '.join(o.id for o in taken.overrides)}")

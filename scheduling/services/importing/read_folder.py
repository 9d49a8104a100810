"""Read an import folder whole, or refuse it with every fault that was found."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from scheduling.model.activity import Catalogue
from scheduling.model.errors import InvalidError
from scheduling.services.importing import layout, read_duties, read_people
from scheduling.services.importing.problems import Problems
from scheduling.services.importing.read_duty_records import read_duty_records
from scheduling.services.importing.table import read_table
from scheduling.services.importing.year_input import YearInput


def read_folder(folder: Path, catalogue: Catalogue, today: dt.date | None = None) -> YearInput:
    """The folder's year; ImportRefusedError lists each fault by file, row and column.

    With `today`, a duty record that reaches a later date is one.
    """
    if not folder.is_dir():
        raise InvalidError(
            "folder", "not a folder", hint=f"it must hold {', '.join(f.file for f in layout.LAYOUTS if not f.may_lack)}"
        )
    problems = Problems()
    rows = {f.file: read_table(folder, f, problems) for f in layout.LAYOUTS}
    blocks = read_people.read_blocks(rows[layout.BLOCKS.file])
    if not blocks:
        problems.refuse()
        raise InvalidError(layout.BLOCKS.file, "holds no block")
    year = blocks[0].ref.year
    holidays = read_people.read_holidays(rows[layout.HOLIDAYS.file])
    people = read_people.read_people(rows[layout.PEOPLE.file], year)
    read_people.add_credentials(rows[layout.CREDENTIALS.file], people)
    names = read_duties.read_rotation_map(rows[layout.ROTATION_MAP.file], catalogue)
    rotations = read_duties.read_rotations(rows[layout.ROTATIONS.file], people, blocks, names)
    fmit = read_duties.read_fmit(rows[layout.FMIT_WEEKS.file], people, year)
    calls = read_duties.read_calls(rows[layout.CALLS.file], people, year)
    absences = read_people.read_absences(rows[layout.ABSENCES.file], people)
    recorded = read_duty_records(rows[layout.DUTY_RECORDS.file], people, year, today)
    problems.refuse()
    said = (folder / layout.DUTY_RECORDS.file).exists()
    return YearInput(
        year=year,
        blocks=blocks,
        people=tuple(people[ident] for ident in sorted(people)),
        rotation_map=tuple(sorted(names.values())),
        rotations=rotations,
        fmit=fmit,
        calls=calls,
        absences=absences,
        holidays=holidays,
        duty_records=recorded if said else None,
    )

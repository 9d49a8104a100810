"""Write a year as an import folder: the inverse of reading one."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from scheduling.model.absence import Absence, AbsenceType
from scheduling.model.duty_record import DutyRecord, clock_text
from scheduling.model.part import Part
from scheduling.model.person import Level, Person
from scheduling.services.importing import layout
from scheduling.services.importing.layout import Layout
from scheduling.services.importing.year_input import YearInput

Cells = dict[str, object]


def write_folder(source: YearInput, folder: Path) -> None:
    """Write every file of the layout. Optional columns are written only where somebody needs them, duty records if any."""
    folder.mkdir(parents=True, exist_ok=True)
    year = source.year
    _write(folder, layout.BLOCKS, [{"block": b.ref.number, "start": b.start, "end": b.end} for b in source.blocks])
    _write(folder, layout.PEOPLE, [_person(p, year) for p in source.people])
    _write(folder, layout.CREDENTIALS, [c for p in source.people for c in _credentials(p)])
    _write(folder, layout.HOLIDAYS, [{"date": d, "name": n} for d, n in source.holidays.items()])
    _write(folder, layout.ROTATION_MAP, _rotation_map(source))
    _write(
        folder,
        layout.ROTATIONS,
        [{"person": p, "block": b.number, "rotation": name} for (p, b), name in source.rotations.items()],
    )
    _write(folder, layout.FMIT_WEEKS, [{"start": w.start, "end": w.end, "person": w.person} for w in source.fmit])
    _write(folder, layout.CALLS, [{"date": d, "person": p} for d, p in source.calls.items()])
    _write(folder, layout.ABSENCES, [_absence(a) for a in source.absences])
    if source.duty_records is None:
        # A file left by an earlier export would speak of this year.
        (folder / layout.DUTY_RECORDS.file).unlink(missing_ok=True)
    else:
        _write(folder, layout.DUTY_RECORDS, [_duty_record(r) for r in source.duty_records])


def _write(folder: Path, file: Layout, rows: Sequence[Cells]) -> None:
    optional = [c for c in file.optional if any(row.get(c) not in (None, "") for row in rows)]
    with (folder / file.file).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, (*file.required, *optional), extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def _person(person: Person, year: int) -> Cells:
    limits: Cells = {}
    for stem, activity in layout.LIMITS.items():
        limit = person.limits.get(activity)
        limits[f"{stem}_min"] = limit.least if limit else None
        limits[f"{stem}_max"] = limit.most if limit else None
    return {
        "person": person.id,
        "kind": person.kind.value,
        "pgy": person.pgy_by_year.get(year),
        "role": person.role.value if person.role else None,
        **limits,
        "name": person.name,
        "site": person.site,
        "supervisor": person.supervisor,
        "available_weekdays": _weekdays(person.available_weekdays),
        "avoid_call_weekdays": _weekdays(person.avoid_call_weekdays),
        "prefer_call_weekdays": _weekdays(person.prefer_call_weekdays),
        "active": None if person.active else "no",
    }


def _weekdays(weekdays: Iterable[int]) -> str:
    return " ".join(map(str, weekdays))


def _credentials(person: Person) -> list[Cells]:
    return [
        {
            "person": person.id,
            "credential": c.code,
            "level": None if c.level is Level.QUALIFIED else c.level.name.lower(),
            "expires": c.expires,
        }
        for c in person.credentials
    ]


def _rotation_map(source: YearInput) -> list[Cells]:
    return [
        {
            "rotation": r.name,
            "half1": r.half1.activity,
            "half1_pattern": r.half1.pattern.value,
            "half2": r.half2.activity,
            "half2_pattern": r.half2.pattern.value,
        }
        for r in source.rotation_map
    ]


def _absence(absence: Absence) -> Cells:
    return {
        "person": absence.person,
        "start": absence.start,
        "end": absence.end,
        "status": absence.status.value,
        "type": None if absence.type is AbsenceType.UNSPECIFIED else absence.type.value,
        "start_part": None if absence.start_part is Part.AM else absence.start_part.name,
        "end_part": None if absence.end_part is Part.NIGHT else absence.end_part.name,
    }


def _duty_record(record: DutyRecord) -> Cells:
    return {
        "person": record.person,
        "kind": record.kind.value,
        "date": record.date,
        "start": clock_text(record.start),
        "end": clock_text(record.end),
        "id": record.id,
        "end_date": record.end_date if record.end_date != record.date else None,
        "reason": record.reason,
        "new_patients": "yes" if record.new_patients else None,
    }

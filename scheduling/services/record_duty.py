"""Record hours beyond the schedule (moonlighting, hours called in, 6.23 stays, transitions), and take records back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from scheduling.model.duty_record import DutyRecord
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.store.unit import UnitOfWork

NOT_YET = "is still to come: hours are recorded once they were worked"
RECORDED, REMOVED = "duty.recorded", "duty.removed"


@dataclass(frozen=True, slots=True)
class RecordedDuty:
    """Ids of what was added, of what was corrected, and of what was on record already."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()


async def record_duty(unit: UnitOfWork, slug: str, records: Sequence[DutyRecord]) -> RecordedDuty:
    """Store records in a unit that has done nothing yet; the same again changes nothing.

    NotFoundError for an unknown person, InvalidError for one who is no resident or a date after the program's today, ConflictError for an id that is on record
    of another person or date. A record of the same id, person and date is corrected.
    """
    await unit.lock(slug)
    return await keep_duty_records(unit, slug, records)


async def keep_duty_records(
    unit: UnitOfWork, slug: str, records: Sequence[DutyRecord], mine: Collection[str] = ()
) -> RecordedDuty:
    """As `record_duty`, behind the program's lock; records whose ids are `mine` may be replaced by any other."""
    program = await unit.program(slug)
    for person in {r.person for r in records}:
        if not program.person(person).is_resident:
            raise InvalidError("person", f"{person} is no resident: duty-hour rules speak of residents")
    stored = {r.id: r for r in program.duty_records}
    moved = [r for r in records if stored.get(r.id) not in (None, r)]
    taken = [r.id for r in moved if r.id not in mine and not _corrects(r, stored[r.id])]
    if taken:
        raise ConflictError(
            f"duty records of other people or dates have these ids: {', '.join(taken[:10])}",
            hint="give other ids, or none; or take those back with housestaff duty remove",
        )
    new = [r for r in records if r.id not in stored]
    _require_past([*new, *moved], program.clock.today())
    await unit.duty_records.save(slug, *new, *moved)
    _tell(unit, slug, RECORDED, [*new, *moved])
    _tell(unit, slug, REMOVED, [stored[r.id] for r in moved if not _corrects(r, stored[r.id])])
    same = [r.id for r in records if stored.get(r.id) == r]
    return RecordedDuty(tuple(r.id for r in new), tuple(r.id for r in moved), tuple(same))


def _require_past(records: Sequence[DutyRecord], today: dt.date) -> None:
    """InvalidError for a record that reaches a date after today: what was worked is known only afterwards."""
    for record in records:
        if record.window.end > today:
            field = "date" if record.date > today else "end_date"
            raise InvalidError(field, f"{record.window.end} {NOT_YET}", valid=[f"up to {today}"])


async def remove_duty_records(unit: UnitOfWork, slug: str, records: Sequence[str]) -> tuple[DutyRecord, ...]:
    """Take records back in a unit that has done nothing yet; NotFoundError with the nearest ids for one that is not there."""
    await unit.lock(slug)
    stored = {r.id: r for r in (await unit.program(slug)).duty_records}
    for name in records:
        if name not in stored:
            raise NotFoundError("duty record", name, stored)
    gone = tuple(stored[name] for name in dict.fromkeys(records))
    await forget_duty_records(unit, slug, gone)
    return gone


async def forget_duty_records(unit: UnitOfWork, slug: str, records: Sequence[DutyRecord]) -> None:
    """Take stored records back, behind the program's lock."""
    await unit.duty_records.remove(slug, [r.id for r in records])
    _tell(unit, slug, REMOVED, records)


def _corrects(record: DutyRecord, stored: DutyRecord) -> bool:
    return (record.person, record.date) == (stored.person, stored.date)


def _tell(unit: UnitOfWork, slug: str, kind: str, records: Sequence[DutyRecord]) -> None:
    """One event for each person: ids and dates, never a reason."""
    for person in sorted({r.person for r in records}):
        mine = [r for r in records if r.person == person]
        start, end = min(r.date for r in mine), max(r.window.end for r in mine)
        payload = {"person": person, "records": [r.id for r in mine], "start": str(start), "end": str(end)}
        key = f"{kind}:{person}:{unit.context.at.isoformat()}:{mine[0].id}"
        unit.emit(kind, payload, key, program=slug)

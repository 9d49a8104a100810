"""The absences of the demonstration year: about eight begin in each block, of all types and mostly approved."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping, Sequence

from scheduling.model.absence import Absence, AbsenceStatus, AbsenceType
from scheduling.model.calendar import SATURDAY, Block, BlockRef, days, default_blocks
from scheduling.model.part import Part, Window
from scheduling.model.person import Person
from scheduling.model.policy import shipped_policy
from scheduling.services.demonstration.sizes import YEAR, Size
from scheduling.services.importing.year_input import MappedRotation, with_ids

_WEEKDAYS = 5
_TRIES = 40
_FACULTY_SHARE = 0.4
_PART_DAY_SHARE = 0.1

# Shortest and longest absence of each type, in weekdays.
_LENGTHS = {
    AbsenceType.UNSPECIFIED: (1, 3),
    AbsenceType.VACATION: (3, 10),
    AbsenceType.SICK: (1, 2),
    AbsenceType.MEDICAL: (1, 5),
    AbsenceType.CONVALESCENT: (3, 8),
    AbsenceType.PARENTAL: (10, 15),
    AbsenceType.BEREAVEMENT: (2, 4),
    AbsenceType.FAMILY_EMERGENCY: (1, 4),
    AbsenceType.EMERGENCY_LEAVE: (1, 5),
    AbsenceType.CONFERENCE: (2, 4),
    AbsenceType.TRAINING: (1, 4),
    AbsenceType.MILITARY_DUTY: (2, 6),
    AbsenceType.DEPLOYMENT: (10, 15),
    AbsenceType.TDY: (3, 6),
}
_SHORT = (AbsenceType.SICK, AbsenceType.MEDICAL, AbsenceType.UNSPECIFIED)
_UNDECIDED = (AbsenceStatus.PENDING, AbsenceStatus.ANTICIPATED, AbsenceStatus.DENIED, AbsenceStatus.CANCELLED)
_DECIDED_OF = 6
"""One absence in so many is not approved."""


def plan_absences(
    size: Size,
    people: Sequence[Person],
    rotations: Mapping[tuple[str, BlockRef], str],
    names: Sequence[MappedRotation],
    chance: random.Random,
) -> tuple[Absence, ...]:
    """Absences that do not overlap for one person; residents are away from outpatient rotations, few faculty at once."""
    free_names = {
        r.name
        for r in names
        if r.half1.pattern.value in ("outpatient", "clinic") and r.half1.pattern is r.half2.pattern
    }
    kinds = list(_LENGTHS)
    found: list[Absence] = []
    for block in default_blocks(YEAR):
        if block.ref.number == 0:
            continue
        residents = [p for p in people if p.is_resident and rotations[p.id, block.ref] in free_names]
        faculty = [p for p in people if p.takes_call]
        for _ in range(size.absences):
            number = len(found)
            kind = kinds[number % len(kinds)]
            status = AbsenceStatus.APPROVED
            if number % _DECIDED_OF == _DECIDED_OF - 1:
                status = _UNDECIDED[number // _DECIDED_OF % len(_UNDECIDED)]
            for _ in range(_TRIES):
                pool = faculty if chance.random() < _FACULTY_SHARE or not residents else residents
                absence = _draw(block, chance.choice(pool), kind, status, chance)
                if _fits(absence, block, found, people, size):
                    found.append(absence)
                    break
    return with_ids(found)


def _draw(block: Block, person: Person, kind: AbsenceType, status: AbsenceStatus, chance: random.Random) -> Absence:
    """One absence that begins and, for residents, ends inside the block."""
    weekdays = [d for d in block.window if d.isoweekday() < SATURDAY]
    length = min(chance.randint(*_LENGTHS[kind]), len(weekdays))
    if kind in _SHORT and chance.random() < _PART_DAY_SHARE * len(_SHORT):
        date = chance.choice(weekdays)
        part = chance.choice((Part.AM, Part.PM))
        return Absence("", person.id, date, date, part, part, kind, status)
    first = chance.randrange(len(weekdays) - length + 1)
    return Absence("", person.id, weekdays[first], weekdays[first + length - 1], type=kind, status=status)


def _fits(absence: Absence, block: Block, found: Sequence[Absence], people: Sequence[Person], size: Size) -> bool:
    around = Window(absence.start, absence.end).widen(_WEEKDAYS, _WEEKDAYS)
    if any(a.person == absence.person and a.start <= around.end and around.start <= a.end for a in found):
        return False
    faculty = {p.id for p in people if p.is_faculty}
    if absence.person not in faculty:
        # Recovery counts as away, and the next block may be an inpatient one.
        return absence.blocked_until(shipped_policy().absences.recovery_days) <= block.end
    return all(_away(date, found, faculty) < size.away_at_once for date in _dates(absence))


def _dates(absence: Absence) -> list[dt.date]:
    return [absence.start + days(n) for n in range((absence.end - absence.start).days + 1)]


def _away(date: dt.date, found: Sequence[Absence], among: set[str]) -> int:
    return sum(a.person in among and a.start <= date <= a.end for a in found)

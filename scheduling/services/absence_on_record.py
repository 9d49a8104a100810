"""Which absence on record a recording speaks of: the same person from the same first to the same last day part."""

from __future__ import annotations

from collections.abc import Sequence

from scheduling.model.absence import Absence, AbsenceType
from scheduling.model.errors import ConflictError, NotFoundError
from scheduling.model.part import Part

_NEAREST = 3


def absence_on_record(stored: Sequence[Absence], asked: Absence, *, decides: bool) -> Absence | None:
    """The one of the person's absences that `asked` repeats or changes; None where it is another one.

    One that was denied or cancelled comes back only by somebody who `decides`. NotFoundError, with the nearest in dates, when
    `asked` ends an absence that is not there; ConflictError when it may mean several.
    """
    here = [a for a in stored if a.interval == asked.interval]
    standing, ended = [a for a in here if not a.ended], [a for a in here if a.ended]
    if asked.ended:
        if not here:
            raise _not_there(stored, asked)
        return _meant(standing, asked) if standing else ended[-1]
    for absence in standing:
        if (absence.type, absence.status) == (asked.type, asked.status):
            return absence
    if other := [a for a in standing if a.status is not asked.status and _alike(a, asked)]:
        return _meant(other, asked)
    return next((a for a in ended if decides and a.type is asked.type), None)


def _alike(absence: Absence, asked: Absence) -> bool:
    """An unspecified type may turn out to be any."""
    return absence.type is asked.type or AbsenceType.UNSPECIFIED in (absence.type, asked.type)


def _meant(found: Sequence[Absence], asked: Absence) -> Absence:
    chosen = [a for a in found if a.type is asked.type] or found
    if len(chosen) > 1:
        raise ConflictError(
            f"several absences of {asked.person} have these dates: {', '.join(a.id for a in chosen)}",
            hint="give the type, or name one by its id in decide",
        )
    return chosen[0]


def _not_there(stored: Sequence[Absence], asked: Absence) -> NotFoundError:
    def distance(absence: Absence) -> int:
        return abs((absence.start - asked.start).days) + abs((absence.end - asked.end).days)

    near = sorted((a for a in stored if not a.ended), key=lambda a: (distance(a), a.start, a.id))[:_NEAREST]
    return NotFoundError(
        f"absence of {asked.person}",
        f"{asked.start}/{asked.end}",
        nearest=[_dates(a) for a in near],
        hint="give exactly its dates and parts, or its id to decide" if near else "no absence of theirs stands",
    )


def _dates(absence: Absence) -> str:
    first = f" {absence.start_part.name}" if absence.start_part is not Part.AM else ""
    last = f" {absence.end_part.name}" if absence.end_part is not Part.NIGHT else ""
    return f"{absence.id} {absence.start}{first}..{absence.end}{last}"

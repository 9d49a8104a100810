"""One academic year as a program hands it over: the values of an import, wherever they come from."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from scheduling.model.absence import Absence
from scheduling.model.calendar import Block, BlockRef, Calendar
from scheduling.model.clock import Clock
from scheduling.model.duty_record import DutyRecord
from scheduling.model.person import Person
from scheduling.model.policy import PolicyHistory
from scheduling.model.program import Program
from scheduling.model.record import FmitWeek, YearRecord
from scheduling.model.rotation import Pattern, Rotation, RotationHalf

JOINT = " + "
"""Between the two names of a rotation whose halves differ."""


@dataclass(frozen=True, slots=True, order=True)
class MappedRotation:
    """A rotation by the program's own name, and what each half of a block on it is."""

    name: str
    half1: Rotation
    half2: Rotation

    @classmethod
    def of(cls, name: str, half1: tuple[str, str], half2: tuple[str, str]) -> MappedRotation:
        """From the activity and pattern of each half; "X + Y" names its halves X and Y, any other name stands for both."""
        first, joint, second = name.partition(JOINT)
        names = (first, second) if joint and half1 != half2 else (name, name)
        return cls(
            name,
            Rotation(names[0], half1[0], Pattern(half1[1])),
            Rotation(names[1], half2[0], Pattern(half2[1])),
        )


@dataclass(frozen=True)
class YearInput:
    """Everything a folder holds. Sequences are sorted, so equal content is equal and has one digest.

    `rotations` names the rotation of each resident and block; `people` carry credentials, weekly limits and this year's PGY.
    `duty_records` is None where the input says nothing of them, which is not the same as none.
    """

    year: int
    blocks: tuple[Block, ...]
    people: tuple[Person, ...]
    rotation_map: tuple[MappedRotation, ...]
    rotations: Mapping[tuple[str, BlockRef], str]
    fmit: tuple[FmitWeek, ...]
    calls: Mapping[dt.date, str]
    absences: tuple[Absence, ...] = ()
    holidays: Mapping[dt.date, str] = field(default_factory=dict)
    duty_records: tuple[DutyRecord, ...] | None = None

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of the canonical content."""
        return hashlib.sha256(json.dumps(self._canonical(), sort_keys=True, default=str).encode()).hexdigest()

    def _canonical(self) -> dict[str, Any]:
        said = {} if self.duty_records is None else {"duty_records": [repr(r) for r in self.duty_records]}
        return {
            **said,
            "year": self.year,
            "blocks": [repr(b) for b in self.blocks],
            "people": [_canonical_person(p) for p in self.people],
            "rotation_map": [repr(r) for r in self.rotation_map],
            "rotations": [[p, str(b), name] for (p, b), name in sorted(self.rotations.items())],
            "fmit": [repr(w) for w in self.fmit],
            "calls": sorted((str(d), p) for d, p in self.calls.items()),
            "absences": [repr(a) for a in self.absences],
            "holidays": sorted((str(d), n) for d, n in self.holidays.items()),
        }

    def halves(self) -> tuple[RotationHalf, ...]:
        """Every resident's rotation by block half, sorted."""
        mapped = {r.name: r for r in self.rotation_map}
        return tuple(
            sorted(
                RotationHalf(person, block, half, rotation)
                for (person, block), name in self.rotations.items()
                for half, rotation in ((1, mapped[name].half1), (2, mapped[name].half2))
            )
        )

    def record(self) -> YearRecord:
        """What preloading starts from."""
        return YearRecord(self.year, self.halves(), self.fmit, self.calls)

    def program(self, slug: str, clock: Clock, policies: PolicyHistory | None = None) -> Program:
        """The program this input alone describes."""
        return Program(
            slug=slug,
            clock=clock,
            calendar=Calendar({self.year: self.blocks}),
            people=self.people,
            policies=policies or PolicyHistory(),
            holidays=self.holidays,
            absences=self.absences,
            duty_records=self.duty_records or (),
        )


def _canonical_person(person: Person) -> dict[str, Any]:
    return {
        "id": person.id,
        "kind": person.kind,
        "role": person.role,
        "pgy": sorted(person.pgy_by_year.items()),
        "credentials": [repr(c) for c in person.credentials],
        "limits": sorted((code, limit.least, limit.most) for code, limit in person.limits.items()),
        "weekdays": [person.available_weekdays, person.avoid_call_weekdays, person.prefer_call_weekdays],
        "rest": [person.supervisor, person.site, person.name, person.active],
    }


def with_ids(absences: Iterable[Absence]) -> tuple[Absence, ...]:
    """Absences sorted, each with an id made of its content; equal ones are told apart by a count."""
    found: list[Absence] = []
    seen: dict[str, int] = {}
    for absence in sorted(
        absences, key=lambda a: (a.person, a.start, a.end, a.start_part, a.end_part, a.type, a.status)
    ):
        parts = (
            *(absence.person, absence.start, absence.end, int(absence.start_part), int(absence.end_part)),
            *(absence.type.value, absence.status.value),
        )
        key = hashlib.sha256(repr(tuple(map(str, parts))).encode()).hexdigest()[:12]
        seen[key] = seen.get(key, 0) + 1
        suffix = f"-{seen[key]}" if seen[key] > 1 else ""
        found.append(replace(absence, id=f"abs-{key}{suffix}"))
    return tuple(found)

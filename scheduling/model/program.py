"""A program: the facts every schedule of it is read against."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.model.absence import Absence
from scheduling.model.activity import Catalogue
from scheduling.model.calendar import Calendar
from scheduling.model.clock import Clock
from scheduling.model.duty_record import DutyRecord
from scheduling.model.errors import NotFoundError
from scheduling.model.person import Person
from scheduling.model.policy import Policy, PolicyHistory


@dataclass(frozen=True)
class Program:
    """People (sorted by id, inactive ones included), calendar, policy, holidays, absences and duty records of one program."""

    slug: str
    clock: Clock = field(default_factory=Clock)
    calendar: Calendar = field(default_factory=Calendar)
    people: tuple[Person, ...] = ()
    policies: PolicyHistory = field(default_factory=PolicyHistory)
    holidays: Mapping[dt.date, str] = field(default_factory=dict)
    absences: tuple[Absence, ...] = ()
    duty_records: tuple[DutyRecord, ...] = ()
    facts: int = field(default=0, compare=False)
    """How often these facts have changed: the generation that was read."""

    @property
    def policy(self) -> Policy:
        """The policy in force on the program's today."""
        return self.policies.at(self.clock.today())

    @functools.cached_property
    def catalogue(self) -> Catalogue:
        """The activities every roster of the program is indexed by."""
        return self.policies.latest.catalogue

    @functools.cached_property
    def by_id(self) -> Mapping[str, Person]:
        """People by id."""
        return {p.id: p for p in self.people}

    @functools.cached_property
    def rows(self) -> Mapping[str, int]:
        """The position of every person id in `people`: their row in every roster array."""
        return {p.id: i for i, p in enumerate(self.people)}

    def person(self, person_id: str) -> Person:
        """The person of that id; NotFoundError with the nearest ids."""
        try:
            return self.by_id[person_id]
        except KeyError:
            raise NotFoundError("person", person_id, self.by_id) from None

    def absences_of(self, person_id: str) -> tuple[Absence, ...]:
        """Every absence of one person, whatever its status."""
        return tuple(a for a in self.absences if a.person == person_id)

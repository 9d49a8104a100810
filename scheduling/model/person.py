"""People: residents, faculty and learners (domain.md §2). Ids are opaque labels that outlive promotion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum


class Kind(StrEnum):
    """What a person is to the program."""

    RESIDENT = "resident"
    FACULTY = "faculty"
    LEARNER = "learner"


class FacultyRole(StrEnum):
    """A faculty member's role; it decides the default clinic cap and some preferences."""

    PD = "pd"
    APD = "apd"
    OIC = "oic"
    DEPT_CHIEF = "dept_chief"
    SPORTS_MED = "sports_med"
    CORE = "core"
    ADJUNCT = "adjunct"


class Level(IntEnum):
    """Competency, lowest first; a missing level means qualified."""

    TRAINEE = 0
    QUALIFIED = 1
    EXPERT = 2
    MASTER = 3


@dataclass(frozen=True, slots=True, order=True)
class Credential:
    """A right to perform or supervise a procedure, with an optional expiry (last valid date)."""

    code: str
    level: Level = Level.QUALIFIED
    expires: dt.date | None = None

    def holds(self, date: dt.date) -> bool:
        """True when the credential is valid on the date and above trainee."""
        return self.level >= Level.QUALIFIED and (self.expires is None or date <= self.expires)


@dataclass(frozen=True, slots=True)
class WeeklyLimit:
    """Least and most half-days a week of one activity; None is absent, zero is a value."""

    least: int | None = None
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """One person. `pgy_by_year` is scoped to academic years; availability lists ISO weekdays (empty = every weekday)."""

    id: str
    kind: Kind
    role: FacultyRole | None = None
    pgy_by_year: Mapping[int, int] = field(default_factory=dict)
    credentials: tuple[Credential, ...] = ()
    limits: Mapping[str, WeeklyLimit] = field(default_factory=dict)
    limits_by_year: Mapping[int, Mapping[str, WeeklyLimit]] = field(default_factory=dict)
    available_weekdays: tuple[int, ...] = ()
    avoid_call_weekdays: tuple[int, ...] = ()
    prefer_call_weekdays: tuple[int, ...] = ()
    supervisor: str | None = None
    site: str = ""
    """The clinic site whose rooms and attendings the person's half-days use; a program with one site names none."""
    name: str | None = None
    active: bool = True

    @property
    def is_resident(self) -> bool:
        """ACGME hours rules apply to residents alone."""
        return self.kind is Kind.RESIDENT

    @property
    def is_faculty(self) -> bool:
        """Faculty, adjuncts included."""
        return self.kind is Kind.FACULTY

    @property
    def is_adjunct(self) -> bool:
        """Adjuncts are placed by hand only: never auto-scheduled, never cover AT, PCAT, DO or call."""
        return self.role is FacultyRole.ADJUNCT

    @property
    def takes_call(self) -> bool:
        """Core faculty in the domain's sense: every faculty member who is no adjunct."""
        return self.is_faculty and not self.is_adjunct

    def pgy(self, year: int) -> int:
        """Post-graduate year in the academic year; unknown is treated as PGY-1. Meaningless for faculty."""
        return self.pgy_by_year.get(year, 1)

    def credential(self, code: str, date: dt.date) -> bool:
        """True when an unexpired credential of that code is held on the date."""
        return any(c.code == code and c.holds(date) for c in self.credentials)

    def limit(self, activity: str, year: int) -> WeeklyLimit:
        """Weekly limits by year override, then person; each end falls through only where it is absent."""
        own = self.limits.get(activity, WeeklyLimit())
        over = self.limits_by_year.get(year, {}).get(activity, WeeklyLimit())
        return WeeklyLimit(
            own.least if over.least is None else over.least,
            own.most if over.most is None else over.most,
        )

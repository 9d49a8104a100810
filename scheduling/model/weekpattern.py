"""The figures of rotation patterns and of the weekly template, as the policy carries them (domain.md §4)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from scheduling.model.part import Part
from scheduling.model.rotation import Pattern

OWN = "*"
"""In a day of a pattern: the rotation's own activity."""

OPEN = "."
"""In a day of a pattern: nothing is written."""

Range = tuple[Annotated[int, Field(ge=0, le=14)], Annotated[int, Field(ge=0, le=14)]]
"""Least and most half-days a week."""

_PARTS = 3
_PGY = Annotated[int, Field(ge=1, le=9)]


class WeekSlot(BaseModel):
    """An ISO weekday and a day part, written `"3 AM"`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weekday: Annotated[int, Field(ge=1, le=7)]
    part: Part

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        weekday, _, part = value.partition(" ")
        if part not in Part.__members__ or not weekday.isdigit():
            raise ValueError("written as ISO weekday and part, such as 3 AM")
        return {"weekday": int(weekday), "part": Part[part]}


def read_day(text: str) -> tuple[str, ...]:
    """`"OFF . *"` as the tokens of AM, PM and NIGHT."""
    tokens = tuple(text.split())
    if len(tokens) != _PARTS:
        raise ValueError("a day is written as AM, PM and NIGHT, such as OFF . *")
    return tokens


class WeekPattern(BaseModel):
    """What each weekday of a rotation holds.

    `days` runs Monday to Sunday. The last entry of the policy that fits pattern, activity and PGY is taken; an empty
    `activity` or `pgy` fits all. `starts` is the ISO weekday the duty begins on: earlier days of the block half are off.
    `first_day` replaces the day the duty begins on. `recovery` puts a recovery day after the last one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    pattern: Pattern
    activity: str = ""
    pgy: tuple[_PGY, ...] = ()
    days: Annotated[tuple[str, ...], Field(min_length=7, max_length=7)]
    first_day: str | None = None
    starts: Annotated[int, Field(ge=1, le=7)] | None = None
    recovery: bool = False

    @field_validator("days")
    @classmethod
    def _days(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            read_day(text)
        return value

    @field_validator("first_day")
    @classmethod
    def _first_day(cls, value: str | None) -> str | None:
        if value is not None:
            read_day(value)
        return value

    def fits(self, pattern: Pattern, activity: str, pgy: int) -> bool:
        """True when the entry speaks of this rotation and year."""
        return self.pattern is pattern and self.activity in ("", activity) and (not self.pgy or pgy in self.pgy)

    def codes(self) -> tuple[str, ...]:
        """Every activity code the entry names."""
        texts = (*self.days, *([self.first_day] if self.first_day else []))
        named = {t for text in texts for t in read_day(text)} - {OWN, OPEN}
        return tuple(sorted(named | ({self.activity} if self.activity else set())))


class RotationFigures(BaseModel):
    """Patterns, lectures and the clinics that are preloaded (§4)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    clinic: str
    leave: str
    holiday: str
    weekend: str
    off: str
    lecture: str
    advising: str
    sports: str
    lecture_slot: WeekSlot
    intern_clinic_slot: WeekSlot
    intern_pgy: _PGY
    outpatient: tuple[Pattern, ...]
    """Patterns whose weekdays stay open for clinic and specialty half-days."""
    lecture_exempt_patterns: tuple[Pattern, ...]
    lecture_exempt_activities: tuple[str, ...]
    sports_slots: tuple[WeekSlot, ...]
    """Where sports medicine clinic is held, in order of preference."""
    weeks: tuple[WeekPattern, ...]

    def week(self, pattern: Pattern, activity: str, pgy: int) -> WeekPattern | None:
        """The most specific entry for the rotation, None where the policy has none."""
        found = [w for w in self.weeks if w.fits(pattern, activity, pgy)]
        return found[-1] if found else None

    def codes(self) -> tuple[str, ...]:
        """Every activity code the section names."""
        single = (self.clinic, self.leave, self.holiday, self.weekend, self.off)
        named = {*single, self.lecture, self.advising, self.sports, *self.lecture_exempt_activities}
        return tuple(sorted(named | {c for w in self.weeks for c in w.codes()}))


class TemplateFigures(BaseModel):
    """The weekly template that stands in until a block is solved (§4). Norms are half-days a week by PGY."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    attending: str
    education_admin: str
    department_admin: str
    specialty_stand_in: str
    """What a specialty half-day holds where its own activity has no attending."""
    clinic_norm: Mapping[_PGY, Range]
    clinic_norm_on_clinic: Mapping[_PGY, Range]
    procedure_half_days: Annotated[int, Field(ge=0, le=10)]
    resident_rooms: Annotated[int, Field(ge=0, le=1000)]
    """Rooms residents fill before the template looks for another slot; the rest is for faculty clinic."""

    def norm(self, pattern: Pattern, pgy: int) -> Range:
        """Least and most clinic half-days of a full week; the highest PGY listed stands for any above it."""
        table = self.clinic_norm_on_clinic if pattern is Pattern.CLINIC else self.clinic_norm
        return table.get(pgy) or table[max(table)]

    def codes(self) -> tuple[str, ...]:
        """Every activity code the section names."""
        return (self.attending, self.education_admin, self.department_admin, self.specialty_stand_in)

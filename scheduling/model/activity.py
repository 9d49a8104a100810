"""Activities: what a cell of the schedule may hold (domain.md §3). Codes are data; the policy carries them."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator

from scheduling.model.errors import NotFoundError
from scheduling.model.part import Part

_DAY = 1440
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")

Span = tuple[int, int]
"""Start and end in minutes after the date's local midnight; the end may lie beyond 1440."""


class Category(StrEnum):
    """What kind of work an activity is; rules and the cascade's sacrifice order speak of categories."""

    INPATIENT = "inpatient"
    SUPERVISION = "supervision"
    POST_CALL = "post_call"
    CALL = "call"
    RECOVERY = "recovery"
    CLINIC = "clinic"
    PROCEDURE = "procedure"
    ADMIN = "admin"
    EDUCATION = "education"
    NIGHT_FLOAT = "night_float"
    OUTPATIENT = "outpatient"
    FLEX = "flex"
    TIME_OFF = "time_off"


def read_span(text: str) -> Span:
    """`"17:00-07:00"` as minutes; an end at or before the start lies on the next day."""
    match = _HOURS.fullmatch(text)
    if match is None:
        raise ValueError("hours are written HH:MM-HH:MM")
    start = int(match[1]) * 60 + int(match[2])
    end = int(match[3]) * 60 + int(match[4])
    return (start, end if end > start else end + _DAY)


class Activity(BaseModel):
    """One activity. `hours` gives the clock hours per day part; a part without hours is no work."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Annotated[str, Field(min_length=1, max_length=12)]
    title: str
    category: Category
    hours: dict[str, str] = {}
    protected: bool = False
    supplies_supervision: bool = False
    needs_supervision: bool = False
    supervision_extra: int = 0
    """Quarter units of AT demand on top of the resident's own (PROC: 4 = one whole attending)."""
    uses_room: bool = False
    room_once: bool = False
    """The activity takes one room per slot however many are in it (SM)."""
    needs_credential: bool = False
    """Residents here need a faculty member holding the credential of the same code in the same slot."""
    only_slots: tuple[str, ...] = ()
    """ISO weekday and part such as "4 AM"; empty means any slot."""
    must_staff: bool = False
    home_call: bool = False
    """At-home call: only hours actually worked count (6.28)."""
    in_house_call: bool = False
    """Counts as an in-house call for residents under 6.27 and 6.21.a."""

    @field_validator("hours")
    @classmethod
    def _hours(cls, value: dict[str, str]) -> dict[str, str]:
        for part, text in value.items():
            if part not in Part.__members__:
                raise ValueError(f"no such day part; valid: {', '.join(Part.__members__)}")
            read_span(text)
        return value

    def span(self, part: Part) -> Span | None:
        """The working minutes of one part, None where the activity is no work then."""
        text = self.hours.get(part.name)
        return read_span(text) if text else None

    @property
    def is_time_off(self) -> bool:
        """Leave, holiday, weekend, off or away: never covered, never overridden."""
        return self.category is Category.TIME_OFF

    @property
    def never_cancelled(self) -> bool:
        """FMIT, AT, PCAT and DO take coverage or a gap, never a cancellation (§8)."""
        return self.protected and self.category in (Category.INPATIENT, Category.SUPERVISION, Category.POST_CALL)


class Catalogue:
    """The activities of a program, ordered; the position of a code is its index in every roster array."""

    OPEN = -1
    """The index of a cell that holds nothing."""

    def __init__(self, activities: tuple[Activity, ...]) -> None:
        self.activities = activities
        self.codes = tuple(a.code for a in activities)
        self._index = {code: i for i, code in enumerate(self.codes)}

    def __iter__(self) -> Iterator[Activity]:
        return iter(self.activities)

    def __len__(self) -> int:
        return len(self.activities)

    def __contains__(self, code: str) -> bool:
        return code in self._index

    def __getitem__(self, code: str) -> Activity:
        return self.activities[self.index(code)]

    def index(self, code: str) -> int:
        """The array index of a code; NotFoundError with the nearest codes."""
        try:
            return self._index[code]
        except KeyError:
            raise NotFoundError("activity", code, self.codes) from None

    def code(self, index: int) -> str | None:
        """The code at an array index, None for an open cell."""
        return None if index < 0 else self.codes[index]

    @functools.cached_property
    def _by_category(self) -> dict[Category, tuple[int, ...]]:
        return {c: tuple(i for i, a in enumerate(self.activities) if a.category is c) for c in Category}

    def of(self, *categories: Category) -> tuple[int, ...]:
        """Array indices of every activity in the categories."""
        return tuple(i for c in categories for i in self._by_category[c])

    def where(self, flag: str) -> tuple[int, ...]:
        """Array indices of every activity whose boolean field `flag` is set."""
        return tuple(i for i, a in enumerate(self.activities) if getattr(a, flag))

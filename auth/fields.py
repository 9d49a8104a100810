"""Dates, day parts, people and blocks as they are written on the wire, for the arguments of tools and resources."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

EARLIEST = dt.date(1970, 1, 1)
LATEST = dt.date(2199, 12, 31)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Form:
    """How a value is written, for whoever is refused; no part of the schema."""

    text: str


def _day(value: object) -> object:
    """Only the written form: pydantic alone would also take timestamps."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        found = value
    else:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise ValueError("a date is written YYYY-MM-DD")
        try:
            found = dt.date.fromisoformat(value)
        except ValueError:
            raise ValueError("no such date in the calendar") from None
    if not EARLIEST <= found <= LATEST:
        raise ValueError(f"a date from {EARLIEST} to {LATEST}")
    return found


Day = Annotated[dt.date, BeforeValidator(_day), Form("YYYY-MM-DD")]
"""A date, written YYYY-MM-DD."""

PartName = Literal["AM", "PM", "NIGHT"]
"""A day part by name; `Part[name]` is the value."""

PersonId = Annotated[str, Field(min_length=1, max_length=60)]
BlockName = Annotated[str, Field(max_length=10, pattern=r"^\d{4}/\d{1,2}$"), Form("such as 2025/10")]
"""A block such as 2025/10; `BlockRef.parse` reads it."""

ActivityCode = Annotated[str, Field(min_length=1, max_length=12)]
TargetName = Annotated[str, Field(max_length=80)]
"""What schedule is meant: `live`, or one of `version:ID`, `plan:ID`, `stage:ID`, `run:ID`."""

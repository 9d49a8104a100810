"""Variables that several addresses share, and how clients complete them."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated

from pydantic import Field

from auth.fields import Day, Form, PersonId
from resources.resource import Call, Completer, ProgramPlace
from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError
from scheduling.model.part import Window

_AHEAD = 27
"""Days after the first that a view without an end shows: four weeks in all."""


class DatePlace(ProgramPlace):
    """One date."""

    date: Day


class NumberedBlockPlace(ProgramPlace):
    """One block."""

    year: Annotated[int, Field(ge=1970, le=2199)]
    number: Annotated[int, Field(ge=0, le=99)]


class BlockPlace(NumberedBlockPlace):
    """One block, with the overlay or without."""

    overlay: bool = True


class PersonPlace(ProgramPlace):
    """One person, over some dates."""

    id: PersonId
    start: Day | None = None
    end: Day | None = None


class MonthPlace(ProgramPlace):
    """One month, written YYYY-MM."""

    month: Annotated[str, Field(pattern=r"^\d{4}-\d{2}$"), Form("YYYY-MM")]

    def window(self) -> Window:
        """The days of the month; InvalidError where there is no such month."""
        year, month = int(self.month[:4]), int(self.month[5:])
        if not (dt.MINYEAR + 1 < year < dt.MAXYEAR and 1 <= month <= len(calendar.month_name) - 1):
            raise InvalidError("month", "no such month", valid=["YYYY-MM"])
        return Window(dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1]))


class WindowPlace(ProgramPlace):
    """Some dates, or all of them."""

    start: Day | None = None
    end: Day | None = None


def window_from(start: dt.date | None, end: dt.date | None, today: dt.date) -> Window:
    """The dates asked for: four weeks from the start, or from today, where only one end or none is given."""
    if start is None:
        start = today if end is None else end - days(_AHEAD)
    return Window(start, end if end is not None else start + days(_AHEAD))


async def complete_person(prefix: str, _: Mapping[str, str], call: Call) -> Sequence[str]:
    """Ids of people."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
    return _begin(prefix, (p.id for p in program.people))


async def complete_date(prefix: str, _: Mapping[str, str], call: Call) -> Sequence[str]:
    """Dates from today on that the published schedule covers."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
        program = await unit.program(call.program)
    if state.known is None:
        return []
    first = max(program.clock.today(), state.known.start) if not prefix else state.known.start
    return _begin(prefix, (str(d) for d in Window(min(first, state.known.end), state.known.end)))


async def complete_year(prefix: str, _: Mapping[str, str], call: Call) -> Sequence[str]:
    """Academic years with a published block."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
    return _begin(prefix, sorted({str(ref.year) for ref in state.live}))


async def complete_number(prefix: str, known: Mapping[str, str], call: Call) -> Sequence[str]:
    """Published blocks of the year, where it is known."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
    year = known.get("year")
    return _begin(prefix, [str(r.number) for r in sorted(state.live) if year is None or str(r.year) == year])


async def complete_block(prefix: str, _: Mapping[str, str], call: Call) -> Sequence[str]:
    """Published blocks, written 2025/10."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
    return _begin(prefix, [str(ref) for ref in sorted(state.live)])


async def complete_month(prefix: str, _: Mapping[str, str], call: Call) -> Sequence[str]:
    """Months with a published night."""
    async with call.unit() as unit:
        state = await unit.programs.state(call.program)
    return _begin(prefix, sorted({str(d)[:7] for d in state.known})) if state.known else []


def _begin(prefix: str, values: Iterable[str]) -> list[str]:
    return [v for v in values if v.startswith(prefix)]


DATES: Mapping[str, Completer] = {"date": complete_date}
BLOCKS: Mapping[str, Completer] = {"year": complete_year, "number": complete_number}
PEOPLE: Mapping[str, Completer] = {"id": complete_person, "start": complete_date, "end": complete_date}
MONTHS: Mapping[str, Completer] = {"month": complete_month}
WINDOWS: Mapping[str, Completer] = {"start": complete_date, "end": complete_date}

"""The dates a question is about, and what to say when no schedule covers them."""

from __future__ import annotations

import datetime as dt

from scheduling.model.calendar import BlockRef, Calendar
from scheduling.model.errors import InvalidError
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.store.unit import UnitOfWork

LONGEST = 400
"""Days one question may span: an academic year with a margin."""


def window_of(calendar: Calendar, start: dt.date | None, end: dt.date | None, block: str | None = None) -> Window:
    """The window of `start` and `end`, or of a block such as 2025/10; InvalidError unless it is exactly one of both."""
    if block is not None:
        if start is not None or end is not None:
            raise InvalidError("block", "give either block, or start and end")
        return calendar.block(BlockRef.parse(block)).window
    if start is None or end is None:
        raise InvalidError("start" if start is None else "end", "give start and end, or block")
    window = Window(start, end)
    if len(window) > LONGEST:
        raise InvalidError("end", f"at most {LONGEST} days at once")
    return window


def covers(roster: Roster, window: Window) -> bool:
    """True when some day of the window is covered by a version."""
    return bool(roster.known[roster.day(window.start) : roster.day(window.end) + 1].any())


async def outside_data(unit: UnitOfWork, slug: str, window: Window) -> str:
    """A sentence for an answer that is empty because no version covers the window."""
    known = (await unit.programs.state(slug)).known
    if known is None:
        return f"No schedule has been published in {slug} yet: import one, or publish a version."
    return f"No published schedule covers {window}; the data runs from {known.start} to {known.end}."

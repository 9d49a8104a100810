"""The decided nights of a build, as the call rules read them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from scheduling.model.calendar import is_weekday_call
from scheduling.model.part import Part
from scheduling.solver.build import Build
from scheduling.solver.sums import Literal


def calls(build: Build) -> Iterator[tuple[str, dt.date, Literal]]:
    """Person, night and call literal of every decided night."""
    for person, slot, options in build.variables.decided():
        if slot.part is Part.NIGHT:
            code = build.problem.roster.policy(slot.date).call.activity
            if code in options:
                yield person, slot.date, options[code]


def weekday_calls(build: Build) -> Iterator[tuple[str, dt.date, Literal]]:
    """The same, Sunday to Thursday."""
    return ((person, night, call) for person, night, call in calls(build) if is_weekday_call(night))

"""The half-days that follow from nights and inpatient weeks: FMIT, recovery, post-call (domain.md §6).

They are created with the duty and moved with it, also over the edge of a window; a locked cell is never overwritten.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.record import FmitWeek
from scheduling.model.roster import Roster
from scheduling.solver.build import Build
from scheduling.solver.problem import Problem
from scheduling.solver.rules.nights import calls

HALF_DAYS = (Part.AM, Part.PM)


def is_open(roster: Roster, person: str, slot: Slot) -> bool:
    """True when no lock holds the cell; outside the data every cell is open."""
    source = roster.source_at(person, slot)
    return source is None or not source.locked


def gives_way(problem: Problem, person: str, slot: Slot) -> bool:
    """True when inpatient and post-call duties may take the cell: it is open, or preloaded by a weaker precedence (§4).

    Only time off is that weak: recorded duties stand with what follows from them, a procedure with the residents it was
    placed for, and whatever was locked by hand. (`release_duties` opens what may be placed anew.) What is given or frozen
    stays as it is, empty cells too.
    """
    if problem.is_held(person, slot):
        return False
    roster = problem.roster
    code = roster.at(person, slot)
    if is_open(roster, person, slot) or code is None:
        return True
    return roster.source_at(person, slot) is Source.PRELOAD and roster.catalogue[code].is_time_off


def post_call(roster: Roster, person: str, night: dt.date) -> Iterator[tuple[Slot, str]]:
    """The half-days a Sunday-to-Thursday call asks for, and what they then hold; none on a holiday, none in leave."""
    date = night + days(1)
    if not is_weekday_call(night) or date in roster.program.holidays or not roster.program.person(person).takes_call:
        return
    figures = roster.policy(date).call
    for part, code in zip(HALF_DAYS, (figures.post_call_am, figures.post_call_pm), strict=True):
        slot = Slot(date, part)
        if not roster.is_absent(person, slot):
            yield slot, code


def follow_calls(build: Build) -> None:
    """Tie the next day's cells to the decided nights of a build whose inpatient weeks are given."""
    roster = build.problem.roster
    for person, night, call in list(calls(build)):
        for slot, code in post_call(roster, person, night):
            if gives_way(build.problem, person, slot):
                build.variables.put(person, slot, code, call)


def duties(problem: Problem, weeks: Iterable[FmitWeek], held: Mapping[dt.date, str]) -> dict[tuple[str, Slot], str]:
    """Every cell that gives way and follows from inpatient weeks and calls, the strongest first: FMIT, recovery, post-call."""
    roster = problem.roster
    found: dict[tuple[str, Slot], str] = {}
    ordered = sorted(weeks)

    def put(person: str, slot: Slot, code: str) -> None:
        if gives_way(problem, person, slot):
            found.setdefault((person, slot), code)

    for week in ordered:
        for date in week.window:
            for part in HALF_DAYS:
                put(week.person, Slot(date, part), roster.policy(date).call.fmit_activity)
    for week in ordered:
        date = week.end + days(1)
        for part in HALF_DAYS:
            put(week.person, Slot(date, part), roster.policy(date).call.recovery_activity)
    for night, person in sorted(held.items()):
        for slot, code in post_call(roster, person, night):
            put(person, slot, code)
    return found

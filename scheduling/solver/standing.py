"""What of a schedule stands when it is solved again, and what is opened."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np

from scheduling.model.activity import Catalogue
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.roster import NO_SOURCE, Roster
from scheduling.solver.problem import Problem


def standing_duties(problem: Problem) -> frozenset[tuple[str, Slot]]:
    """The cells of a block that a year's solve decided and that still hold: inpatient weeks, calls, what follows from them.

    A call whose caller is away now is open again, and so is the day after it.
    """
    roster = problem.roster
    found: set[tuple[str, Slot]] = set()
    for person, slot, code in roster.filled(problem.window):
        if roster.source_at(person, slot) is Source.SOLVER and code in duty_codes(roster, slot.date):
            found.add((person, slot))
    for person, slot in sorted(found):
        figures = roster.policy(slot.date).call
        if roster.at(person, slot) == figures.activity and roster.is_absent(person, slot):
            after = slot.date + dt.timedelta(days=1)
            found -= {(person, slot), (person, Slot(after, Part.AM)), (person, Slot(after, Part.PM))}
    return frozenset(found)


def duty_codes(roster: Roster, date: dt.date) -> frozenset[str]:
    """Calls, inpatient days, and what follows from them."""
    figures = roster.policy(date).call
    follow = (figures.post_call_am, figures.post_call_pm, figures.recovery_activity)
    return frozenset({figures.activity, figures.fmit_activity, *follow})


def opened(problem: Problem, *gone: Source) -> Roster:
    """The roster with the cells that are to be decided opened where they come from these sources."""
    roster = problem.roster
    numbers = [SOURCES.index(source) for source in gone]
    cells, sources = roster.cells.copy(), roster.sources.copy()
    for p, d, s in zip(*np.nonzero(np.isin(roster.sources, numbers)), strict=True):
        person, slot = roster.program.people[p].id, Slot(roster.date(d), PARTS[s])
        if problem.decides(person) and problem.is_free(person, slot):
            cells[p, d, s], sources[p, d, s] = Catalogue.OPEN, NO_SOURCE
    return replace(roster, base=cells.copy(), cells=cells, sources=sources)

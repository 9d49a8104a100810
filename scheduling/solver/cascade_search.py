"""Candidates for one slot at once, by plain enumeration: who could take it, at what price, without any solver."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.part import Slot, Window
from scheduling.model.plan import Step
from scheduling.model.roster import Roster
from scheduling.solver.cascade_case import Case, read_case
from scheduling.solver.cascade_options import Options, read_options
from scheduling.solver.cascade_price import Choice, ImpossibleError, price


@dataclass(frozen=True, slots=True)
class Candidate:
    """One way to fill a slot: who takes it (None: nobody), what it costs in hundredths, and every step it means."""

    person: str | None
    points: int
    steps: tuple[Step, ...]


def candidates(roster: Roster, person: str, slot: Slot, depth: int = 2) -> tuple[Candidate, ...]:
    """Everybody who could take the person's duty in the slot, each at the least price, the cheapest first.

    Leaving it undone is among them. Empty when there is nothing to cover. The roster holds `context` of the date.
    """
    case = read_case(roster, (person,), Window(slot.date, slot.date), depth=depth, only=frozenset({slot}))
    if not case.duties:
        return ()
    options = read_options(case)
    best: dict[str | None, Candidate] = {}
    for choice in _choices(case, options):
        try:
            steps = price(case, options, choice)
        except ImpossibleError:
            continue
        found = Candidate(choice.takes[0], sum(s.points for s in steps), steps)
        if found.person not in best or found.points < best[found.person].points:
            best[found.person] = found
    return tuple(sorted(best.values(), key=lambda c: (c.points, c.person is None, c.person or "")))


def _choices(case: Case, options: Options) -> Iterator[Choice]:
    """Every taker, and for a half-day of their own everybody who could take that over."""
    slot = case.duties[0].slot
    yield Choice((None,))
    for name, option in options.by_duty[0].items():
        takers = options.again.get((slot, option.own.key), {}) if option.own is not None else {}
        for taker in itertools.chain([None], takers):
            yield Choice((name,), {(name, slot): taker} if taker is not None else {})

"""How a year's calls are shared by pool (domain.md §6): the figures equity is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scheduling.model.calendar import days, year_window
from scheduling.model.part import Window
from scheduling.model.policy import CallFigures
from scheduling.model.pools import PoolShare
from scheduling.model.roster import Roster
from scheduling.rules.call_equity import shares_of_pools
from scheduling.services.asked_window import outside_data
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True)
class FairnessView:
    """The shares of every pool over `window`, the first to the last published day of the year; None: nothing is."""

    roster: Roster
    figures: CallFigures
    window: Window | None
    shares: tuple[PoolShare, ...] = ()
    note: str | None = None


async def read_fairness(unit: UnitOfWork, slug: str, year: int) -> FairnessView:
    """The shares of an academic year in the effective schedule."""
    whole = year_window(year)
    roster = await unit.roster(slug, whole, margin=0)
    figures = roster.policy(whole.end).call
    first = roster.day(whole.start)
    known = np.nonzero(roster.known[first : first + len(whole)])[0]
    if not len(known):
        return FairnessView(roster, figures, None, note=await outside_data(unit, slug, whole))
    window = Window(whole.start + days(int(known[0])), whole.start + days(int(known[-1])))
    return FairnessView(roster, figures, window, tuple(shares_of_pools(roster, window)))

"""Calls are shared by pool and available day, year to date; what exceeds the fairest split is priced, further steps more."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from scheduling.model.calendar import academic_year, year_window
from scheduling.model.part import Window
from scheduling.model.pools import Pool, available_days, pool_of
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.fair_split import Claim, fair_bands
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum

STAGES = (Stage.CALLS, Stage.BLOCK)


def constrain(rule: Rule, build: Build) -> None:
    """Each person's count of each pool against the band of the least possible range (see `fair_split`)."""
    for year in sorted({academic_year(d) for d in build.problem.window}):
        whole = year_window(year)
        there = available_days(build.problem.roster.program, _counted(build, whole))
        for pool, nights in _nights(build, whole).items():
            held = {p.id: Sum(build.variables.call(p.id, n) for n in nights) for p in build.variables.faculty}
            if all(count.fixed for count in held.values()):
                continue
            claims = {p: Claim(there[p], count.low, count.high - count.low) for p, count in held.items()}
            bands = fair_bands(len(nights), claims)
            for person, count in held.items():
                band = bands[person]
                for step in (0, 1):
                    where = Where((person,), (), None, f"{pool} above {band.high + step}")
                    build.at_most(rule, where, count, band.high + step)
                    where = Where((person,), (), None, f"{pool} below {band.low - step}")
                    build.at_least(rule, where, count, band.low - step)


def _counted(build: Build, whole: Window) -> Window:
    """Year to date: from the year's first day (or the data's) to the end of what is decided."""
    return Window(max(whole.start, build.problem.roster.window.start), min(whole.end, build.problem.window.end))


def _nights(build: Build, whole: Window) -> dict[Pool, list[dt.date]]:
    """The nights that have a caller or are to get one, by pool."""
    holidays = build.problem.roster.program.holidays
    decided = {slot.date for _, slot, _ in build.variables.decided()}
    found: dict[Pool, list[dt.date]] = defaultdict(list)
    for night in _counted(build, whole):
        pool = pool_of(night, holidays)
        staffed = night in decided or any(build.variables.call(p.id, night) for p in build.variables.faculty)
        if pool is not None and staffed:
            found[pool].append(night)
    return dict(found)

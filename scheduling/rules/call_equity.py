"""prog.call_equity: calls are shared by pool, year to date, per available day (domain.md §6)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np

from scheduling.model.calendar import academic_year, year_window
from scheduling.model.part import Part, Window
from scheduling.model.pools import Pool, PoolShare, pool_of
from scheduling.model.roster import Roster
from scheduling.rules.almanac import almanac
from scheduling.rules.call_book import call_book
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.wording import number

_WEEK = 7


class CallEquity(Rule):
    """Sundays, Mondays to Thursdays and holidays are three pools; eligible are active core faculty."""

    id = "prog.call_equity"
    title = "Calls are shared fairly"
    citation = "Program policy: call equity"
    text = (
        "Year to date, the calls of each pool per available day differ between eligible core faculty by no more than the "
        "policy's spread."
    )
    binding = Binding.POLICY
    enforcement = Soft(Tier.OPERATIONS, 20)
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per academic year and pool, from the year's first known day to the end of the window."""
        for year in range(academic_year(window.start), academic_year(window.end) + 1):
            where = _to_date(roster, year, window)
            if where is None:
                continue
            figures = roster.policy(where.end).call
            for share in shares_of_pools(roster, where):
                spread, limit = share.spread, Fraction(str(figures.equity_spread[share.pool.value]))
                if spread > limit:
                    text = (
                        f"{share.pool} calls differ by {number(spread)} per {share.per} available days, "
                        f"{where.start} to {where.end} (at most {number(limit)})"
                    )
                    yield self.finding(
                        None, where, spread, limit, f"calls per {share.per} days", text, about=share.pool.value
                    )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Calls and available days of everybody, most loaded first."""
        share = next(s for s in shares_of_pools(roster, finding.window) if s.pool.value == finding.about)
        rates = sorted(share.rates.items(), key=lambda r: (-r[1], r[0]))
        return [
            *(
                Line(
                    person,
                    f"{share.held.get(person, 0)} calls in {share.available[person]} available days: {number(rate)}",
                )
                for person, rate in rates
            ),
            Line("spread", f"{number(rates[0][1])} - {number(rates[-1][1])} = {number(share.spread)}"),
            Line("at most", number(finding.limit)),
        ]


def shares_of_pools(roster: Roster, window: Window) -> list[PoolShare]:
    """How each pool was shared in a window inside the roster, among active core faculty."""
    book = call_book(roster)
    inside = book.inside(window) & book.known
    core = [i for i, p in enumerate(book.ids) if roster.program.by_id[p].active and roster.program.by_id[p].takes_call]
    week = [pool_of(book.date(day), ()) for day in range(_WEEK)]
    pools = np.array(week, object)[np.arange(len(book.known)) % _WEEK]
    pools[almanac(roster).holiday] = Pool.HOLIDAY
    ids = [book.ids[i] for i in core]
    free = (inside & ~book.absent[core, :, Part.NIGHT]).sum(axis=1)
    there = dict(zip(ids, free.tolist(), strict=True))
    per = roster.policy(window.end).call.equity_per_days
    return [
        PoolShare(pool, dict(zip(ids, held[core].sum(axis=1).tolist(), strict=True)), there, per)
        for pool in Pool
        for held in (book.call & (pools == pool) & inside,)
        if held.any()
    ]


def _to_date(roster: Roster, year: int, window: Window) -> Window | None:
    """From the year's first known day to the window's end inside the year; None where nothing is known."""
    whole = year_window(year)
    end = min(whole.end, window.end, roster.window.end)
    start = max(whole.start, roster.window.start)
    if start > end:
        return None
    known = np.flatnonzero(roster.known[roster.day(start) : roster.day(end) + 1])
    return Window(roster.date(roster.day(start) + known[0]), end) if len(known) else None


RULE = CallEquity()

"""FMIT weeks and calls of the demonstration year: a greedy roster that keeps the call rules (domain.md §6)."""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter
from collections.abc import Mapping, Sequence

from scheduling.model.absence import Absence
from scheduling.model.calendar import SUNDAY, days, fmit_week, is_weekday_call, year_window
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.person import Person
from scheduling.model.policy import Policy
from scheduling.model.record import FmitWeek
from scheduling.services.demonstration.sizes import YEAR

_WEEK = 7
_LONG_AGO = dt.date(YEAR - 1, 7, 1)
_AFTER_FMIT = 3
"""Days from the Thursday that ends an FMIT week to the Sunday that is free of call."""


class DutyPlan:
    """Who of the faculty is where, while the year is rostered night by night."""

    def __init__(
        self, people: Sequence[Person], absences: Sequence[Absence], policy: Policy, chance: random.Random
    ) -> None:
        self._policy = policy
        self._faculty = [p for p in people if p.takes_call]
        self._order = {p.id: chance.random() for p in self._faculty}
        self._absences = {p.id: [a for a in absences if a.person == p.id] for p in self._faculty}

    def away(self, person: str, date: dt.date) -> bool:
        """True when any approved absence, or the recovery after it, touches the date."""
        recovery = self._policy.absences.recovery_days
        return any(a.blocks_slot(Slot(date, part), recovery) for a in self._absences[person] for part in PARTS)

    def fmit_weeks(self) -> tuple[FmitWeek, ...]:
        """An attending for every week that meets the year: present all week, fewest weeks first, longest ago next."""
        whole = year_window(YEAR)
        week = fmit_week(whole.start)
        counts: Counter[str] = Counter()
        last: dict[str, dt.date] = {}
        found: list[FmitWeek] = []
        while week.start <= whole.end:
            before = found[-1].person if found else ""
            able = [p.id for p in self._faculty if p.id != before]
            chosen = min(
                able,
                key=lambda p: (
                    sum(self.away(p, d) for d in week.widen(0, 1)),
                    (week.start - last.get(p, _LONG_AGO)).days < _WEEK * self._policy.solve.fmit_apart_weeks,
                    counts[p],
                    last.get(p, _LONG_AGO),
                    self._order[p],
                ),
            )
            counts[chosen] += 1
            last[chosen] = week.start
            found.append(FmitWeek(week.start, week.end, chosen))
            week = Window(week.start + days(_WEEK), week.end + days(_WEEK))
        return tuple(found)

    def calls(self, weeks: Sequence[FmitWeek], holidays: Mapping[dt.date, str]) -> dict[dt.date, str]:
        """The caller of every night of the year; an impossible night keeps none."""
        attending = {d: w.person for w in weeks for d in w.window}
        pools: dict[str, Counter[str]] = {name: Counter() for name in ("holiday", "sunday", "weekday")}
        totals: Counter[str] = Counter()
        calls: dict[dt.date, str] = {}
        last: dict[str, dt.date] = {}
        for date in year_window(YEAR):
            if not is_weekday_call(date):
                calls[date] = attending[date]
                continue
            pool = pools["holiday" if date in holidays else "sunday" if date.isoweekday() == SUNDAY else "weekday"]
            able = [p for p in self._faculty if self._eligible(p, date, attending)]
            if not able:
                continue
            chosen = min(able, key=lambda p: self._price(p, date, attending, last, pool, totals)).id
            pool[chosen] += 1
            totals[chosen] += 1
            last[chosen] = date
            calls[date] = chosen
        return calls

    def _eligible(self, person: Person, date: dt.date, attending: Mapping[dt.date, str]) -> bool:
        if self.away(person.id, date) or attending.get(date) == person.id:
            return False
        return not (date.isoweekday() == SUNDAY and attending.get(date - days(_AFTER_FMIT)) == person.id)

    def _price(
        self,
        person: Person,
        date: dt.date,
        attending: Mapping[dt.date, str],
        last: Mapping[str, dt.date],
        pool: Counter[str],
        totals: Counter[str],
    ) -> tuple[float, ...]:
        """What counts against the person, the gravest first."""
        ident, role = person.id, person.role.value if person.role else ""
        tomorrow = date + days(1)
        gap = (date - last.get(ident, _LONG_AGO)).days
        weekday = date.isoweekday()
        return (
            self.away(ident, tomorrow),
            gap <= self._policy.call.spacing_days,
            weekday in self._policy.people.avoid_call_weekdays.get(role, ()),
            attending.get(tomorrow) == ident,
            pool[ident],
            totals[ident],
            weekday not in self._policy.people.prefer_call_weekdays.get(role, ()),
            -gap,
            self._order[ident],
        )

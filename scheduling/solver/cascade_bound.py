"""Bounds before the search: a quick plan from above, and from below what anybody alone in an FMIT stretch must cost.

Whoever cannot be in a plan as cheap as the quick one is left out of the search, and so is sharing a stretch where one
handover costs more than that. Exact for every plan within `ceiling`; a dearer answer asks for a search without this.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from scheduling.model.part import Slot, Window
from scheduling.model.sacrifice import points
from scheduling.solver.cascade_case import Case, Duty
from scheduling.solver.cascade_options import Moved, Option, Options, monday
from scheduling.solver.cascade_price import Choice, ImpossibleError, price

_Week = tuple[str, dt.date, str]
_LEADS = 4


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The options that plans of at most `ceiling` (hundredths) can use, and the stretches one person does alone in all of them."""

    options: Options
    ceiling: int | None = None
    alone: frozenset[Window] = frozenset()


def narrowed(case: Case, options: Options, slack: int) -> Narrowed:
    """Narrow to plans that cost at most `slack` more than a quick one; nothing where no quick one was found."""
    weeks = case.stretches
    alone = {week: _alone(case, options, week) for week in weeks}
    quick = _quick(case, options, alone)
    if quick is None or not weeks:
        return Narrowed(options)
    ceiling = quick + slack
    rest = sum(_least(case, options, duty) for duty in case.duties if not duty.fmit)
    handover = points(case.policy.cascade.fmit_handover)
    single = frozenset(week for week in weeks if rest + handover > ceiling)
    able = {week: {n for n, cost in alone[week].items() if rest + cost <= ceiling} for week in single}
    by_duty = tuple(
        {n: o for n, o in found.items() if n in able[duty.stretch]} if duty.fmit and duty.stretch in able else found
        for duty, found in zip(case.duties, options.by_duty, strict=True)
    )
    return Narrowed(replace(options, by_duty=by_duty), ceiling, single)


def _alone(case: Case, options: Options, week: Window) -> dict[str, int]:
    """The least that each person costs who does what they can of the stretch, with nobody else in it."""
    duties = [d for d in case.duties if d.fmit and d.stretch == week]
    people = sorted({n for d in duties for n in options.by_duty[d.number]})
    broken = points(case.policy.cascade.rule_broken)
    return {
        name: len(options.week[week, name]) * broken
        + sum(_one(case, options, d.slot, options.by_duty[d.number].get(name), d.price) for d in duties)
        for name in people
    }


def _one(case: Case, options: Options, slot: Slot, option: Option | None, gap: int) -> int:
    if option is None:
        return gap
    free = points(case.policy.cascade.free)
    if option.own is None:
        return free
    if options.again.get((slot, option.own.key)):
        return min(free, option.own.price) if option.own.price is not None else free
    return gap if option.own.price is None else min(gap, option.own.price)


def _least(case: Case, options: Options, duty: Duty) -> int:
    """What the duty costs at the very least."""
    undone = 0 if duty.supervises else duty.price
    return min([undone, *(_static(case, options, duty.slot, o) for o in options.by_duty[duty.number].values())])


def _static(case: Case, options: Options, slot: Slot, option: Option) -> int:
    follows = sum(f.own.price or 0 for f in option.follows if f.own)
    return _one(case, options, slot, option, case.gap) + sum(c.points for c in option.charges) + follows


def _quick(case: Case, options: Options, alone: Mapping[Window, Mapping[str, int]]) -> int | None:
    """The cost of the best of a few plans made one duty at a time; None where none of them holds."""
    ranked = {week: [n for _, n in sorted((c, n) for n, c in costs.items())] for week, costs in alone.items() if costs}
    tried = max((len(names) for names in ranked.values()), default=0)
    found = []
    for turn in range(min(tried, _LEADS)):
        leads = {week: names[min(turn, len(names) - 1)] for week, names in ranked.items()}
        try:
            steps = price(case, options, _Quick(case, options, leads).choice())
        except ImpossibleError:
            continue
        found.append(sum(s.points for s in steps))
    return min(found, default=None)


class _Quick:
    """One plan made duty by duty: an FMIT stretch to its lead, everything else to whoever is cheapest and still free."""

    def __init__(self, case: Case, options: Options, leads: Mapping[Window, str]) -> None:
        self.case = case
        self.options = options
        self.leads = leads
        self.again: dict[tuple[str, Slot], str] = {}
        self.used: set[tuple[str, Slot]] = set()
        self.room = dict(options.room)

    def choice(self) -> Choice:
        takes: list[str | None] = [None] * len(self.case.duties)
        for duty in sorted(self.case.duties, key=lambda d: (not d.fmit, not d.call, d.number)):
            found = self.options.by_duty[duty.number]
            lead = self.leads.get(duty.stretch) if duty.stretch else None
            names = [lead] if lead is not None and (duty.fmit or lead in found) else sorted(found)
            ranked = sorted((_static(self.case, self.options, duty.slot, found[n]), n) for n in names if n in found)
            for cost, name in ranked:
                if cost <= (duty.price or self.case.gap) and self._fits(duty, name):
                    takes[duty.number] = name
                    break
        return Choice(tuple(takes), self.again)

    def _fits(self, duty: Duty, name: str) -> bool:
        """Take the duty when the person is not used there yet, with somebody for their own half-day where that is needed."""
        option = self.options.by_duty[duty.number][name]
        places = {(name, duty.slot), *((name, f.cell.slot) for f in option.follows if f.gap is None)}
        week = monday(duty.date)
        in_own_stretch = duty.call and name in self.leads.values() and not duty.stretch
        if places & self.used or in_own_stretch or self._full((name, week, duty.cell.activity)):
            return False
        if option.own is not None:
            taker = self._taker(name, duty.slot, option.own.key)
            if taker is None and option.own.price is None:
                return False
            if taker is not None:
                self.again[name, duty.slot] = taker
                self.used.add((taker, duty.slot))
                self._count((taker, week, option.own.activity))
        self._count((name, week, duty.cell.activity))
        self.used |= places
        return True

    def _taker(self, displaced: str, slot: Slot, moved: Moved) -> str | None:
        for name, option in self.options.again.get((slot, moved), {}).items():
            free = option.own is None and name != displaced and (name, slot) not in self.used
            if free and not self._full((name, monday(slot.date), moved[0])):
                return name
        return None

    def _full(self, key: _Week) -> bool:
        return self.room.get(key, 1) == 0

    def _count(self, key: _Week) -> None:
        if key in self.room:
            self.room[key] -= 1

"""Leave out people a plan never needs: the search stays exact in cost and gets small (domain.md §9).

For a half-day that is neither FMIT nor call, somebody who is open then, covers nobody and has no call that day costs
nothing beyond the free price. When more such people are there than a plan can use on that date, any optimal plan with
somebody else can be changed to one of them at no cost. So only that many are kept, other ones in every slot, which
spreads the load; and enough more that the next best plans are still found.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from scheduling.model.calendar import days
from scheduling.model.part import Slot
from scheduling.solver.cascade_case import Case
from scheduling.solver.cascade_options import Option, Options, monday


def pruned(case: Case, options: Options, plans: int) -> Options:
    """The options with at most as many interchangeable people a slot as `plans` plans can use."""
    most = _most_used(case, plans)
    by_duty = tuple(
        found if duty.fmit or duty.call else _kept(case, options, found, duty.slot, duty.cell.activity, most)
        for duty, found in zip(case.duties, options.by_duty, strict=True)
    )
    again = {
        (slot, moved): _kept(case, options, takers, slot, moved[0], most)
        for (slot, moved), takers in options.again.items()
    }
    return replace(options, by_duty=by_duty, again=again)


def _most_used(case: Case, plans: int) -> Mapping[dt.date, int]:
    """How many people plans can use on a date: its duties, whoever takes half-days over, callers of the night before."""
    used: Counter[dt.date] = Counter()
    for duty in case.duties:
        used[duty.date] += 1 if duty.call or case.depth == 1 else 2
        if duty.call:
            used[duty.date + days(1)] += 1
    return {date: count + plans for date, count in used.items()}


def _kept(
    case: Case, options: Options, found: Mapping[str, Option], slot: Slot, activity: str, most: Mapping[dt.date, int]
) -> Mapping[str, Option]:
    clean = [n for n, option in found.items() if option.own is None and _unburdened(case, options, n, slot, activity)]
    wanted = most[slot.date]
    if len(clean) <= wanted:
        return found
    turn = (slot.date.toordinal() * 3 + slot.part) * wanted
    kept = {clean[(turn + n) % len(clean)] for n in range(wanted)}
    return {name: option for name, option in found.items() if name in kept}


def _unburdened(case: Case, options: Options, name: str, slot: Slot, activity: str) -> bool:
    """True when nothing but the free price is ever charged for one cover of that date, and no weekly limit may bind."""
    if (name, slot.date) in options.covering or slot.date in options.calls[name]:
        return False
    key = (name, monday(slot.date), activity)
    return options.room.get(key, len(case.duties) * 2) >= len(case.duties) * 2

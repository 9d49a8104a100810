"""Activity requirements of residents, block by block: least and most by the rule, the target and its habits beside it."""

from __future__ import annotations

import datetime as dt

from scheduling.model.calendar import Block
from scheduling.model.part import Part, Slot
from scheduling.model.requirement import Share
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.shares import shares_in
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK,)

_HALF_DAYS = (Part.AM, Part.PM)


def constrain(rule: Rule, build: Build) -> None:
    """Half-days of the whole block against least and most; below the target, halves of days and other weekdays cost."""
    roster = build.problem.roster
    touched = {(person, roster.program.calendar.block_of(slot.date)) for person, slot, _ in build.variables.decided()}
    for person, block in sorted(touched):
        if roster.program.by_id[person].is_resident:
            for share in shares_in(roster, person, block):
                _share(rule, build, person, block, share)


def _share(rule: Rule, build: Build, person: str, block: Block, share: Share) -> None:
    slots = [Slot(d, part) for d in block.window for part in _HALF_DAYS]
    held = build.variables.count(person, slots, (share.activity,))
    where = Where((person,), (block.start, block.end), None, share.activity)
    build.at_least(rule, where, held, share.least)
    build.at_most(rule, where, held, share.most)
    build.at_least("requirement_target", where, held, share.target)
    if held.fixed or not (share.full_days or share.weekdays):
        return
    paired, odd = Sum(), Sum()
    for date in block.window:
        halves, charged = _habits(build, person, date, share)
        if not charged.fixed:
            paired.plus(halves)
            odd.plus(charged)
    if not paired.fixed:
        build.pair_off(paired, odd)


def _habits(build: Build, person: str, date: dt.date, share: Share) -> tuple[Sum, Sum]:
    """The date's open half-days of the activity, and what is charged where only one of two is held."""
    halves = [build.variables.holds(person, Slot(date, part), share.activity) for part in _HALF_DAYS]
    free = [v for v in halves if not isinstance(v, int)]
    where = Where((person,), (date,), None, share.activity)
    charged = Sum()
    if share.full_days and len(free) == len(_HALF_DAYS):
        for one, other in (halves, reversed(halves)):
            charged.plus(build.at_most("full_days", where, Sum([one]).add(other, -1), 0))
    if share.weekdays and date.isoweekday() not in share.weekdays:
        build.charge("preferred_weekday", where, Sum(free))
    return Sum(free), charged

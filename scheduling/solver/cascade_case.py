"""The question a cascade answers, read from the roster: which duties fall out, and what leaving each undone means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scheduling.model.calendar import days, fmit_week, is_weekday_call
from scheduling.model.override import OverrideType
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.model.sacrifice import is_own_business, is_rest, points, sacrifice_price
from scheduling.model.supervision import attendings, demand


@dataclass(frozen=True, slots=True)
class Cell:
    """One effective cell of an absent person: whose assignment it is, and the coverage that brought it, if any."""

    holder: str
    slot: Slot
    activity: str
    assignee: str
    supersedes: str | None = None


@dataclass(frozen=True, slots=True)
class Duty:
    """A cell that asks for a decision.

    `stretch` is the FMIT week it belongs to. `follows` are the post-call cells that move with a call; those of a call
    nobody takes ask for nothing when `away` is False for them (their holder is there to work them).
    `undone` and `price` (hundredths) say what leaving it means; the price of attending time depends on its slot.
    """

    number: int
    cell: Cell
    undone: OverrideType
    price: int
    supervises: bool = False
    call: bool = False
    stretch: Window | None = None
    follows: tuple[Cell, ...] = ()
    away: frozenset[Slot] = frozenset()
    dependents: tuple[str, ...] = ()

    @property
    def slot(self) -> Slot:
        """When it is."""
        return self.cell.slot

    @property
    def date(self) -> dt.date:
        """Its date."""
        return self.cell.slot.date

    @property
    def fmit(self) -> bool:
        """True for a half-day of the inpatient team."""
        return self.stretch is not None and not self.call

    @property
    def group(self) -> tuple[str, str]:
        """Duties of one group count once where a day's covers are counted: an FMIT day with its night, else the slot."""
        return ("fmit", f"{self.date}") if self.stretch else ("slot", f"{self.slot}")


Post = tuple[Slot, str]
"""A slot at a clinic site (one empty name where the program has none): attending time counts for its own site."""


@dataclass(frozen=True, slots=True)
class Supply:
    """Attending time of one post where the plan may lose some: what is asked for, and what is there if nothing is lost."""

    demand: int
    full: int

    def extra_short(self, lost: int) -> int:
        """Attendings missing because `lost` of them are, beyond those missing anyway."""
        return max(0, self.demand - self.full + lost) - max(0, self.demand - self.full)


@dataclass(frozen=True, eq=False)
class Case:
    """Everything a plan depends on. `settled` cells are cancelled whatever is decided, `left` ones left alone."""

    roster: Roster
    absent: tuple[str, ...]
    window: Window
    policy: Policy
    depth: int
    duties: tuple[Duty, ...]
    settled: tuple[Cell, ...]
    left: int
    supply: Mapping[Post, Supply]

    @property
    def stretches(self) -> tuple[Window, ...]:
        """The FMIT weeks that lose their attending for a while."""
        return tuple(sorted({d.stretch for d in self.duties if d.stretch}))

    def post(self, cell: Cell) -> Post:
        """The slot and site whose supervision the cell is part of."""
        return cell.slot, self.roster.program.by_id[cell.holder].site

    @property
    def gap(self) -> int:
        """What a duty nobody does costs (hundredths)."""
        return points(self.policy.cascade.gap)

    @property
    def spare(self) -> int:
        """What attending time costs that nobody misses (hundredths)."""
        return points(self.policy.cascade.spare_supervision)


def read_case(
    roster: Roster, absent: Sequence[str], window: Window, *, depth: int, only: frozenset[Slot] | None = None
) -> Case:
    """The case of these faculty being away on every part of the window; with `only`, of these slots alone.

    The roster reaches at least ten days beyond the window, and should hold the whole academic year: calls held are
    counted in it.
    """
    away = tuple(sorted(set(absent)))
    roster = without(roster, away, window, only)
    policy = roster.policy(window.start)
    cells = [c for person in away for c in _cells(roster, person, window) if only is None or c.slot in only]
    moved = {(c.holder, c.slot.date) for c in cells if c.activity == policy.call.activity}
    duties: list[Duty] = []
    settled: list[Cell] = []
    left = 0
    for cell in sorted(cells, key=lambda c: (c.slot, c.holder)):
        activity = roster.catalogue[cell.activity]
        post_call = cell.activity in (policy.call.post_call_am, policy.call.post_call_pm)
        if post_call and (cell.holder, cell.slot.date - days(1)) in moved:
            continue
        if is_rest(activity):
            left += 1
        elif is_own_business(activity):
            settled.append(cell)
        else:
            duties.append(_duty(roster, policy, len(duties), cell, window))
    return Case(roster, away, window, policy, depth, tuple(duties), tuple(settled), left, _supplies(roster, duties))


def without(roster: Roster, people: Sequence[str], window: Window, only: frozenset[Slot] | None = None) -> Roster:
    """The roster with these people absent in the window (with `only`, in these slots alone), their cells still theirs."""
    mask = roster.absent.copy()
    slots = only if only is not None else [Slot(date, part) for date in window for part in PARTS]
    for slot in slots:
        for person in people:
            mask[roster.row(person), roster.day(slot.date), slot.part] = True
    return replace(roster, absent=mask)


def _cells(roster: Roster, person: str, window: Window) -> Iterator[Cell]:
    for date in window:
        for part in PARTS:
            if (cell := cell_of(roster, person, Slot(date, part))) is not None:
                yield cell


def cell_of(roster: Roster, person: str, slot: Slot) -> Cell | None:
    """What the person effectively holds in the slot, with the assignment it goes back to."""
    activity = roster.at(person, slot)
    if activity is None:
        return None
    coverage = roster.coverages.get((person, slot))
    if coverage is None:
        return Cell(person, slot, activity, person)
    return Cell(person, slot, activity, coverage.person, coverage.id)


def _duty(roster: Roster, policy: Policy, number: int, cell: Cell, window: Window) -> Duty:
    activity = roster.catalogue[cell.activity]
    gap = points(policy.cascade.gap)
    fmit_days = _fmit_days(roster, policy, cell.holder, cell.slot.date)
    if cell.activity == policy.call.activity:
        follows = tuple(_follows(roster, policy, cell))
        away = frozenset(f.slot for f in follows if f.slot.date in window)
        night_of_week = fmit_week(cell.slot.date) if fmit_days and not is_weekday_call(cell.slot.date) else None
        return Duty(
            number,
            cell,
            OverrideType.GAP,
            gap,
            call=True,
            stretch=night_of_week,
            follows=follows,
            away=away,
        )
    if cell.activity == policy.call.fmit_activity:
        return Duty(number, cell, OverrideType.GAP, gap, stretch=fmit_week(cell.slot.date))
    if activity.supplies_supervision:
        return Duty(number, cell, OverrideType.GAP, 0, supervises=True)
    price = sacrifice_price(activity, policy.cascade)
    if price is None:
        return Duty(number, cell, OverrideType.GAP, gap)
    residents = dependents(roster, cell.activity, cell.slot)
    kind = OverrideType.GAP if residents else OverrideType.CANCELLATION
    return Duty(number, cell, kind, price, dependents=residents)


def _fmit_days(roster: Roster, policy: Policy, person: str, date: dt.date) -> bool:
    code = policy.call.fmit_activity
    return any(roster.at(person, Slot(date, part)) == code for part in (Part.AM, Part.PM))


def _follows(roster: Roster, policy: Policy, call: Cell) -> Iterator[Cell]:
    """The post-call cells of the next day, which may lie one day outside the window and in the next block."""
    if not is_weekday_call(call.slot.date):
        return
    for part, code in ((Part.AM, policy.call.post_call_am), (Part.PM, policy.call.post_call_pm)):
        cell = cell_of(roster, call.holder, Slot(call.slot.date + days(1), part))
        if cell is not None and cell.activity == code:
            yield cell


def dependents(roster: Roster, activity: str, slot: Slot) -> tuple[str, ...]:
    """Residents in a procedure of the slot who need a credentialed attending there."""
    if not roster.catalogue[activity].needs_credential:
        return ()
    people = roster.program.by_id
    return tuple(p for p in roster.holders(activity, slot) if people[p].is_resident)


def _supplies(roster: Roster, duties: Sequence[Duty]) -> dict[Post, Supply]:
    """Supply of every post at which an attending duty, or a post-call one that follows a call, may be lost."""
    at_stake: dict[Post, list[Cell]] = {}
    for duty in duties:
        for cell in (duty.cell, *duty.follows):
            if roster.catalogue[cell.activity].supplies_supervision:
                site = roster.program.by_id[cell.holder].site
                at_stake.setdefault((cell.slot, site), []).append(cell)
    found: dict[Post, Supply] = {}
    for (slot, site), cells in at_stake.items():
        holders = {c.holder for c in cells}
        there = [p for p in attendings(roster, slot, site) if p not in holders]
        found[slot, site] = Supply(demand(roster, slot, site), len(there) + len(cells))
    return found

"""Who could take each duty of a cascade, and what that costs before anything else is decided (domain.md §9)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from scheduling.model.activity import Activity, Category
from scheduling.model.calendar import academic_year, days, is_weekday_call, year_window
from scheduling.model.eligibility import TAKEN, attends, blockers
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Person
from scheduling.model.plan import Charge
from scheduling.model.sacrifice import points, sacrifice_price
from scheduling.solver.cascade_case import Case, Cell, Duty, cell_of

HALF_DAYS = (Part.AM, Part.PM)
_SUNDAY_AFTER = 3
Moved = tuple[str, str]
"""A half-day that is handed on: its activity and the clinic site it is held at."""


@dataclass(frozen=True, slots=True)
class Own:
    """What a person would have to give up in a slot: the activity, and the price of cancelling it.

    Without a price it is attending time, which somebody else must take over.
    """

    activity: str
    price: int | None
    site: str = ""

    @property
    def key(self) -> Moved:
        """What somebody else would take over: the activity, at its site."""
        return self.activity, self.site


@dataclass(frozen=True, slots=True)
class FollowOn:
    """A post-call cell that moves with its call: taken by the new caller, or a gap and why.

    `lost` says that its attending time is missing at its site: it is a gap, or goes with the caller to another site.
    """

    cell: Cell
    own: Own | None = None
    gap: str | None = None
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One person for one duty. `charges` hold whatever comes with the choice; prices of `own` cells come apart."""

    person: str
    own: Own | None
    charges: tuple[Charge, ...] = ()
    warnings: tuple[str, ...] = ()
    follows: tuple[FollowOn, ...] = ()


@dataclass(frozen=True, eq=False)
class Options:
    """The people of a case.

    `by_duty` lists the options of each duty, by person. `again` lists by slot, activity and site who could take a displaced
    half-day over. `calls` are the Sunday-to-Thursday nights a person has already, `working` the dates on which they
    work by day, `covering` those on which they cover somebody. `room` is how many more half-days of a clinic a person may
    take in an ISO week (named by its Monday), where something limits them; `week` what taking part of an FMIT week costs and breaks, by stretch and person.
    """

    by_duty: tuple[Mapping[str, Option], ...]
    again: Mapping[tuple[Slot, Moved], Mapping[str, Option]]
    calls: Mapping[str, frozenset[dt.date]]
    working: frozenset[tuple[str, dt.date]]
    covering: frozenset[tuple[str, dt.date]]
    room: Mapping[tuple[str, dt.date, str], int] = field(default_factory=dict)
    week: Mapping[tuple[Window, str], tuple[str, ...]] = field(default_factory=dict)


def read_options(case: Case) -> Options:
    """Everybody who may take something, in the order of their ids. Adjuncts are placed by hand only."""
    roster = case.roster
    people = [p for p in roster.program.people if p.takes_call and p.active and p.id not in case.absent]
    people.sort(key=lambda p: p.id)
    calls = {p.id: _calls(case, p) for p in people}
    reader = _Reader(case, people, calls)
    by_duty = tuple(reader.options(duty) for duty in case.duties)
    again = reader.takers(by_duty) if case.depth > 1 else {}
    covering = frozenset((person, slot.date) for person, slot in roster.coverages)
    dates = {d.date for d in case.duties}
    working = frozenset((p.id, date) for p in people for date in dates if reader.works(p.id, date))
    return Options(
        by_duty,
        again,
        {p: frozenset(d for d in nights if is_weekday_call(d)) for p, nights in calls.items()},
        working,
        covering,
        reader.room,
        {(w, p.id): _broken(case, w, p.id, calls[p.id]) for w in case.stretches for p in people},
    )


def _calls(case: Case, person: Person) -> frozenset[dt.date]:
    """Every night of the roster on which the person has the call."""
    roster = case.roster
    code = roster.catalogue.index(case.policy.call.activity)
    nights = (roster.cells[roster.row(person.id), :, Part.NIGHT] == code).nonzero()[0]
    return frozenset(roster.date(n) for n in nights)


def _broken(case: Case, week: Window, person: str, calls: frozenset[dt.date]) -> tuple[str, ...]:
    """A sentence for each program rule that is broken when the person takes part of the FMIT week."""
    beside = [Window(week.start + days(n), week.end + days(n)) for n in (-7, 7)]
    found = [f"{person} has the FMIT week of {w.start} beside it" for w in beside if attends(case.roster, person, w)]
    nights = [n for n in sorted(calls) if n in week and is_weekday_call(n)]
    found += [f"{person} has the call of {n} in that FMIT week" for n in nights]
    after = week.end + days(_SUNDAY_AFTER)
    if after in calls:
        found.append(f"{person} has the call of {after}, the Sunday after that FMIT week")
    return tuple(found)


class _Reader:
    def __init__(self, case: Case, people: list[Person], calls: Mapping[str, frozenset[dt.date]]) -> None:
        self.case = case
        self.roster = case.roster
        self.figures = case.policy.cascade
        self.people = people
        self.calls = calls
        self.room: dict[tuple[str, dt.date, str], int] = {}
        self.movable: dict[Slot, list[Person]] = {}
        self.fixed = {
            n
            for n, activity in enumerate(self.roster.catalogue)
            if sacrifice_price(activity, self.figures) is None and not self._movable(activity)
        }

    def options(self, duty: Duty) -> dict[str, Option]:
        found: dict[str, Option] = {}
        for person in self._movable_people(duty.slot):
            if self._elsewhere(person, duty.cell.activity, self.roster.program.by_id[duty.cell.holder].site):
                continue
            possible, own = self._free(person, duty.slot, duty.cell.activity, duty.cell.assignee)
            if possible:
                found[person.id] = self._call(duty, person, own) if duty.call else Option(person.id, own)
        return found

    def takers(self, by_duty: tuple[Mapping[str, Option], ...]) -> dict[tuple[Slot, Moved], dict[str, Option]]:
        """Who could take over a half-day that is displaced in the slot; never by displacing attending time again."""
        wanted = {
            (duty.slot, option.own.key): None
            for duty, options in zip(self.case.duties, by_duty, strict=True)
            for option in options.values()
            if option.own is not None and self._worth_moving(option.own)
        }
        found: dict[tuple[Slot, Moved], dict[str, Option]] = {}
        for slot, (activity, site) in wanted:
            able: dict[str, Option] = {}
            for person in self._movable_people(slot):
                if self._elsewhere(person, activity, site):
                    continue
                possible, own = self._free(person, slot, activity, None)
                if possible and (own is None or own.price is not None):
                    able[person.id] = Option(person.id, own)
            found[slot, (activity, site)] = able
        return found

    def _elsewhere(self, person: Person, activity: str, site: str) -> bool:
        """True for work that belongs to a clinic site when the person belongs to another."""
        held = self.roster.catalogue[activity]
        return (held.uses_room or held.supplies_supervision) and person.site != site

    def _worth_moving(self, own: Own) -> bool:
        return own.price is None or own.price > points(self.figures.admin)

    def _movable_people(self, slot: Slot) -> list[Person]:
        """Those who work that weekday and hold nothing there that stays whatever happens; `blockers` has the last word."""
        if slot not in self.movable:
            roster, weekday = self.roster, slot.date.isoweekday()
            column = roster.cells[:, roster.day(slot.date), slot.part]
            self.movable[slot] = [
                p
                for p in self.people
                if column[roster.rows[p.id]] not in self.fixed
                and (not p.available_weekdays or weekday in p.available_weekdays)
            ]
        return self.movable[slot]

    def _free(self, person: Person, slot: Slot, activity: str, original: str | None) -> tuple[bool, Own | None]:
        """Whether the person could take it, and what they would give up for it."""
        own = None
        if self._room(person, slot.date, activity) == 0:
            return False, None
        for blocker in blockers(self.roster, person.id, slot, activity, original=original):
            held = self.roster.at(person.id, slot)
            if blocker.rule != TAKEN or held is None:
                return False, None
            if blocker.lifts is None and not self._movable(self.roster.catalogue[held]):
                return False, None
            own = Own(held, blocker.lifts, person.site)
        return True, own

    def _movable(self, activity: Activity) -> bool:
        """Attending time may be handed on, never given up; post-call attending time stays with its call."""
        moves = activity.supplies_supervision and activity.code != self.case.policy.call.post_call_am
        return moves and self.case.depth > 1

    def works(self, person: str, date: dt.date) -> bool:
        """True when the person works in the morning or afternoon of the date."""
        for part in HALF_DAYS:
            held = self.roster.at(person, Slot(date, part))
            if held is not None and self.roster.catalogue[held].span(part) is not None:
                return True
        return False

    def _call(self, duty: Duty, person: Person, own: Own | None) -> Option:
        night, figures = duty.date, self.figures
        next_day = night + days(1)
        held = self._held(person.id, night)
        charges = [Charge("per_call_held", points(figures.per_call_held) * held)] if held else []
        warnings: list[str] = []
        if any(self.roster.is_absent(person.id, Slot(next_day, part)) for part in HALF_DAYS):
            charges.append(Charge("absent_next_day", points(figures.absent_next_day)))
            warnings.append(f"{person.id} is absent on {next_day}")
        if is_weekday_call(night):
            beside = [
                n for n in (night - days(1), night + days(1)) if n in self.calls[person.id] and is_weekday_call(n)
            ]
            charges += [Charge("call_adjacent_day", points(figures.call_adjacent_day)) for _ in beside]
            if self.works(person.id, night):
                charges.append(Charge("same_day_before_call", points(figures.same_day_before_call)))
            if protected := self._protected(person.id, next_day):
                charges.append(Charge("protected_next_day", points(figures.protected_next_day)))
                warnings.append(f"{person.id} holds {protected} on {next_day}")
        follows = tuple(self._follow(cell, person) for cell in duty.follows)
        warnings += [f"{f.cell.activity} of {f.cell.slot} stays unfilled: {f.gap}" for f in follows if f.gap]
        if is_weekday_call(night) and not follows and not self._exempt(person.id, next_day):
            warnings.append(f"{person.id} has no post-call time on {next_day}: there is none to take over")
        return Option(person.id, own, tuple(charges), tuple(warnings), follows)

    def _held(self, person: str, night: dt.date) -> int:
        year = year_window(academic_year(night))
        return sum(n in year for n in self.calls[person])

    def _protected(self, person: str, date: dt.date) -> str | None:
        for part in HALF_DAYS:
            held = self.roster.at(person, Slot(date, part))
            if held is not None and self.roster.catalogue[held].never_cancelled:
                return held
        return None

    def _exempt(self, person: str, date: dt.date) -> bool:
        held = {self.roster.at(person, Slot(date, part)) for part in HALF_DAYS}
        away = any(self.roster.is_absent(person, Slot(date, part)) for part in HALF_DAYS)
        return away or bool(held & set(self.case.policy.call.post_call_exempt))

    def _follow(self, cell: Cell, person: Person) -> FollowOn:
        """Post-call time goes to the new caller; own cells there are cancelled first if they may be."""
        attending = self.roster.catalogue[cell.activity].supplies_supervision
        if self.roster.is_absent(person.id, cell.slot):
            return FollowOn(cell, gap=f"{person.id} is absent", lost=attending)
        own = cell_of(self.roster, person.id, cell.slot)
        elsewhere = attending and person.site != self.roster.program.by_id[cell.holder].site
        if own is None:
            return FollowOn(cell, lost=elsewhere)
        price = sacrifice_price(self.roster.catalogue[own.activity], self.figures)
        if price is None or own.supersedes is not None:
            return FollowOn(cell, gap=f"{person.id} holds {own.activity}", lost=attending)
        return FollowOn(cell, Own(own.activity, price), lost=elsewhere)

    def _room(self, person: Person, date: dt.date, code: str) -> int | None:
        """How many more half-days of a clinic the person may take in that ISO week; None where nothing limits them."""
        if self.roster.catalogue[code].category is not Category.CLINIC:
            return None
        key = (person.id, monday(date), code)
        if key not in self.room and (most := self._most(person, key[1], code)) is not None:
            self.room[key] = max(0, most - self._count(person.id, key[1], code))
        return self.room.get(key)

    def _most(self, person: Person, start: dt.date, code: str) -> int | None:
        most = person.limit(code, academic_year(start)).most
        if most is None and code == self.case.policy.rotations.clinic and person.role is not None:
            return self.case.policy.people.clinic_cap.get(person.role.value)
        return most

    def _count(self, person: str, start: dt.date, code: str) -> int:
        week = Window(start, start + days(6))
        return sum(self.roster.at(person, Slot(date, part)) == code for date in week for part in HALF_DAYS)


def monday(date: dt.date) -> dt.date:
    """The Monday that begins the date's ISO week."""
    return date - days(date.isoweekday() - 1)

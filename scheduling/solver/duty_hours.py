"""Work of residents as elapsed time with literals: what the duty-hour constraints are written in.

Only residents with decided cells are measured. Sums over cells and over hours on record never fall below what
`scheduling.rules.duties` measures, so a priced limit is never met by less than the checker asks for; overlaps of cells count
twice and are the only difference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from scheduling.model.activity import Activity
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.rules.averaged import dates
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.segments import periods_of
from scheduling.solver.build import Build
from scheduling.solver.recorded_hours import BUSY, Span, outside, recorded, shared, within
from scheduling.solver.sums import Literal, Sum

REACH = 2
"""Days before and after the window whose duties can touch one inside it."""

_NOON = 12 * 60

_RUN = 7
"""Dates off in a row at the end of a period after which the night before them no longer matters."""


@dataclass(frozen=True, slots=True)
class Work:
    """One working cell, or the choices of one cell that share their hours; `start` and `end` are epoch minutes.

    A transition on record is one too, without activities and with nothing to decide.
    """

    slot: Slot
    start: int
    end: int
    literal: Sum
    activities: tuple[Activity, ...]

    @property
    def minutes(self) -> int:
        """Elapsed minutes."""
        return self.end - self.start


@dataclass(frozen=True, slots=True)
class Period:
    """One averaging period of a resident, with what leave takes from it (half-days, whole days, nights)."""

    person: str
    window: Window
    policy: Policy
    half_days: int
    days: int
    nights: int


@dataclass(frozen=True, eq=False)
class DutyHours:
    """The work of every resident with decided cells, by person, in time order, and their averaging periods."""

    build: Build
    people: tuple[str, ...]
    _works: dict[str, list[Work]] = field(default_factory=dict)
    _cells: dict[tuple[str, Slot], tuple[Work, ...]] = field(default_factory=dict)
    _instants: dict[tuple[dt.date, int], int] = field(default_factory=dict)
    _free: dict[tuple[str, dt.date, bool], Literal] = field(default_factory=dict)
    _records: dict[tuple[str, tuple[DutyKind, ...]], list[Span]] = field(default_factory=dict)

    def works(self, person: str) -> list[Work]:
        """What the person works or may work, transitions included, from a little before the window to a little after it."""
        found = self._works.get(person)
        if found is None:
            reach = self.build.problem.window.widen(REACH, REACH)
            cells = self.works_in(person, reach)
            found = sorted([*cells, *self._transitions(person, cells, reach)], key=lambda w: (w.start, w.end))
            self._works[person] = found
        return found

    def _transitions(self, person: str, cells: list[Work], window: Window) -> Iterator[Work]:
        """Transitions on record beyond the cells that stand."""
        beside = self._recorded(person, DutyKind.TRANSITION)
        if not beside:
            return
        midnights = {self._instant(date, 0): date for date in window}
        beside = outside(beside, [(w.start, w.end) for w in cells if w.literal.fixed and w.literal.low])
        for start, end in within(beside, min(midnights), max(midnights)):
            midnight = max(m for m in midnights if m <= start)
            part = Part.AM if start - midnight < _NOON else Part.PM
            yield Work(Slot(midnights[midnight], part), start, end, Sum(constant=1), ())

    def midnight(self, date: dt.date) -> int:
        """Epoch minute at which the date begins."""
        return self._instant(date, 0)

    def left(self, person: str, minute: int, *kinds: DutyKind) -> int:
        """When somebody whose work ends at the minute leaves: the end of the records of these kinds that go on from there."""
        for start, end in self._recorded(person, *kinds):
            if start <= minute < end:
                minute = end
        return minute

    def works_in(self, person: str, window: Window) -> list[Work]:
        """Every cell the person works or may work in any window inside the data."""
        roster = self.build.problem.roster
        dates_ = [d for d in window if d in roster.window]
        found = [w for d in dates_ for part in PARTS for w in self._works_at(person, Slot(d, part))]
        return sorted(found, key=lambda w: (w.start, w.end))

    def _works_at(self, person: str, slot: Slot) -> tuple[Work, ...]:
        found = self._cells.get((person, slot))
        if found is None:
            found = self._cells[person, slot] = tuple(self._make_works(person, slot))
        return found

    def _instant(self, date: dt.date, minutes: int) -> int:
        found = self._instants.get((date, minutes))
        if found is None:
            clock = self.build.problem.roster.program.clock
            found = self._instants[date, minutes] = clock.epoch_minute(date, minutes)
        return found

    def _make_works(self, person: str, slot: Slot) -> Iterator[Work]:
        roster = self.build.problem.roster
        catalogue = roster.policy(slot.date).catalogue
        by_span: dict[tuple[int, int], list[tuple[Activity, Literal]]] = {}
        for code, literal in self.build.variables.options(person, slot).items():
            activity = catalogue[code]
            span = None if activity.home_call else activity.span(slot.part)
            if span is not None:
                by_span.setdefault(span, []).append((activity, literal))
        for (start, end), choices in by_span.items():
            yield Work(
                slot,
                self._instant(slot.date, start),
                self._instant(slot.date, end),
                Sum(literal for _, literal in choices),
                tuple(activity for activity, _ in choices),
            )

    def periods(self) -> list[Period]:
        """The periods of these residents that share a date with the window and are long enough for a verdict."""
        roster, window = self.build.problem.roster, self.build.problem.window
        d: Duties = duties_of(roster, self.people)
        p = periods_of(d)
        found = []
        for at in range(len(p.row)):
            where = dates(p, at)
            if not p.verdict[at] or not where.meets(window):
                continue
            found.append(
                Period(
                    d.ids[p.row[at]],
                    where,
                    roster.policy(where.start),
                    int(p.half_days[at]),
                    int(p.days[at] - p.full_leave[at]),
                    int(p.nights[at]),
                )
            )
        return found

    def minutes(self, period: Period) -> Sum:
        """Worked minutes of a period, each duty cut at its edges; cells inside leave do not count, every record does."""
        roster = self.build.problem.roster
        low = self._instant(period.window.start, 0)
        high = self._instant(period.window.end + days(1), 0)
        beside = list(within(self._recorded(period.person, *DutyKind), low, high))
        total = Sum(constant=shared(beside, low, high))
        for work in self.works_in(period.person, period.window.widen(1, 0)):
            start, end = max(work.start, low), min(work.end, high)
            if end > start and not roster.is_absent(period.person, work.slot):
                total.plus(work.literal, end - start - shared(beside, start, end))
        return total

    def _recorded(self, person: str, *kinds: DutyKind) -> list[Span]:
        found = self._records.get((person, kinds))
        if found is None:
            found = recorded(duties_of(self.build.problem.roster, self.people), person, *kinds)
            self._records[person, kinds] = found
        return found

    def free_days(self, period: Period) -> Sum:
        """Dates of a period without work, leave, at-home call or hours on record, one literal each where undecided."""
        total = Sum()
        for date in period.window:
            total.add(self._free_on(period.person, date, last=date == period.window.end))
        return total

    def _free_on(self, person: str, date: dt.date, *, last: bool) -> Literal:
        key = (person, date, last)
        if key not in self._free:
            self._free[key] = self._make_free(*key)
        return self._free[key]

    def _make_free(self, person: str, date: dt.date, last: bool) -> Literal:
        build, roster = self.build, self.build.problem.roster
        if all(roster.is_absent(person, Slot(date, part)) for part in (Part.AM, Part.PM)):
            return 0
        busy = [w.literal for part in PARTS for w in self._works_at(person, Slot(date, part))]
        busy += [self._home(person, Slot(date, part)) for part in PARTS]
        busy += self._spilling(person, date, last=last)
        if last:
            busy += self._carried(person, date, _RUN)
        if self._interrupted(person, date):
            return 0
        if any(b.low > 0 for b in busy):
            return 0
        undecided = [b for b in busy if not b.fixed]
        if not undecided:
            return 1
        literal = build.variables.new()
        for choice in (v for b in undecided for v in b.literals):
            build.require(Sum([literal, choice]), 0, 1)
        return literal

    def _interrupted(self, person: str, date: dt.date) -> bool:
        """True when hours on record lie on the date, but for those that prolong a night that stands."""
        records = self._recorded(person, *BUSY)
        if not records:
            return False
        ends = [w.end for w in self._night_before(person, date) if w.literal.fixed and w.literal.low]
        found = within(records, self.midnight(date), self.midnight(date + days(1)))
        return any(not any(start <= night < end for night in ends) for start, end in found)

    def _night_before(self, person: str, date: dt.date) -> tuple[Work, ...]:
        if date - days(1) not in self.build.problem.roster.window:
            return ()
        return self._works_at(person, Slot(date - days(1), Part.NIGHT))

    def _spilling(self, person: str, date: dt.date, *, last: bool) -> list[Sum]:
        """Nights of the date before that end later in the day than what takes the day after begins: no 24 hours between.

        On the last date of a period nothing after its end counts.
        """
        nights = self._night_before(person, date)
        if not nights:
            return []
        today, midnight = self.midnight(date), self.midnight(date + days(1))
        following = [0] if last else self._following(person, date + days(1), midnight)
        ends = ((w, self.left(person, w.end, *BUSY)) for w in nights)
        return [w.literal for w, end in ends if following and end - today > min(following)]

    def _carried(self, person: str, date: dt.date, depth: int) -> list[Sum]:
        """A night that ended on an earlier date, with nothing since: the free days after it begin and end in its hour.

        At the end of a period there is no such hour any more, so the last of them is not whole.
        """
        eve = date - days(1)
        free = self._free_on(person, eve, last=False) if depth and eve in self.build.problem.roster.window else 0
        if isinstance(free, int) and not free:
            return []
        nights = (w.literal for w in self._night_before(person, eve) if w.end > self.midnight(eve))
        before = [choice for choice in (*nights, *self._carried(person, eve, depth - 1)) if choice.high > 0]
        if not before:
            return []
        carried = self.build.variables.new()
        for choice in before:
            self.build.require(Sum([free]).plus(choice).add(carried, -1), -1, 1)
        return [Sum([carried])]

    def _following(self, person: str, date: dt.date, midnight: int) -> list[int]:
        """Minutes after the midnight of a date at which something that takes the day may begin."""
        roster, records = self.build.problem.roster, self._recorded(person, *BUSY)
        found = [w.start - midnight for part in PARTS for w in self._works_at(person, Slot(date, part))]
        found += [start - midnight for start, _ in within(records, midnight, self.midnight(date + days(1)))]
        if date in roster.window and all(roster.is_absent(person, Slot(date, part)) for part in (Part.AM, Part.PM)):
            found.append(0)
        if any(self._home(person, Slot(date, part)).high for part in PARTS):
            found.append(0)
        return found

    def _home(self, person: str, slot: Slot) -> Sum:
        catalogue = self.build.problem.roster.policy(slot.date).catalogue
        options = self.build.variables.options(person, slot)
        return Sum(literal for code, literal in options.items() if catalogue[code].home_call)

    def worked(self, person: str, date: dt.date) -> Literal:
        """True when any work of its own falls on the date."""
        if date not in self.build.problem.roster.window:
            return 0
        works = [w.literal for part in PARTS for w in self._works_at(person, Slot(date, part))]
        if any(w.low > 0 for w in works):
            return 1
        return self.build.either(*(v for w in works for v in w.literals))


def duty_hours(build: Build) -> DutyHours:
    """The duty hours of a build, made once after everything was offered."""
    found = build.memo.get("duty hours")
    if not isinstance(found, DutyHours):
        by_id = build.problem.roster.program.by_id
        people = sorted({p for p, _, _ in build.variables.decided() if by_id[p].is_resident})
        found = build.memo["duty hours"] = DutyHours(build, tuple(people))
    return found

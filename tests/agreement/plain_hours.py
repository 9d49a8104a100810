"""The duty-hour rules a second time, with loops and datetimes only: what the product is compared with.

Deliberately plain: one person, one day, one piece of work after the other; no arrays, no cleverness, nothing shared with
`scheduling.rules`.
"""

from __future__ import annotations

import datetime as dt
import math
import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scheduling.model.activity import Category
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.roster import Roster

Stretch = tuple[dt.datetime, dt.datetime]
Verdict = tuple[str, dt.date, dt.date, Fraction, Fraction, str | None]
DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Piece:
    """A working cell."""

    slot: Slot
    code: str
    start: dt.datetime
    end: dt.datetime
    leave: bool


@dataclass(frozen=True)
class Period:
    """An averaging period, `last` inclusive."""

    rotation: tuple[str, str] | None
    first: dt.date
    last: dt.date

    @property
    def dates(self) -> list[dt.date]:
        """Its dates."""
        return [self.first + DAY * n for n in range((self.last - self.first).days + 1)]


class PlainPerson:
    """One resident's year, read cell by cell."""

    def __init__(self, roster: Roster, person: str) -> None:
        self.roster, self.person = roster, person
        self.zone = zoneinfo.ZoneInfo(roster.program.clock.zone)
        self.figures = roster.policy(roster.window.start).hours
        self.records = [r for r in roster.program.duty_records if r.person == person]
        self.pieces = [p for slot in self.slots() for p in self.piece(slot)]

    def slots(self) -> Iterator[Slot]:
        """Every slot of the roster."""
        for date in self.roster.window:
            for part in PARTS:
                yield Slot(date, part)

    def instant(self, date: dt.date, minutes: int) -> dt.datetime:
        """The instant of a wall-clock time, in minutes after local midnight."""
        wall = dt.datetime.combine(date, dt.time()) + dt.timedelta(minutes=minutes)
        return wall.replace(tzinfo=self.zone).astimezone(dt.UTC)

    def midnight(self, date: dt.date) -> dt.datetime:
        """The instant a date begins."""
        return self.instant(date, 0)

    def day_of(self, moment: dt.datetime) -> dt.date:
        """The local date of an instant."""
        return moment.astimezone(self.zone).date()

    def on_leave(self, slot: Slot) -> bool:
        """Absent, or holding leave."""
        return self.roster.is_absent(self.person, slot) or self.roster.at(self.person, slot) in self.figures.leave_codes

    def leave_day(self, date: dt.date) -> bool:
        """Both half-days on leave."""
        return self.on_leave(Slot(date, Part.AM)) and self.on_leave(Slot(date, Part.PM))

    def leave_night(self, date: dt.date) -> bool:
        """The night on leave, or open after a day on leave."""
        night = Slot(date, Part.NIGHT)
        return self.on_leave(night) or (self.leave_day(date) and self.roster.at(self.person, night) is None)

    def piece(self, slot: Slot) -> list[Piece]:
        """The cell as work, if it is any."""
        code = self.roster.at(self.person, slot)
        if code is None or self.roster.catalogue[code].home_call:
            return []
        span = self.roster.catalogue[code].span(slot.part)
        if span is None:
            return []
        start, end = (self.instant(slot.date, m) for m in span)
        return [Piece(slot, code, start, end, self.on_leave(slot))] if end > start else []

    def of_kind(self, *kinds: DutyKind) -> list[DutyRecord]:
        """Records of these kinds."""
        return [r for r in self.records if r.kind in kinds]

    def stretch(self, record: DutyRecord) -> Stretch:
        """A record as a stretch of time."""
        return self.instant(record.date, record.start), self.instant(record.date, record.end)

    def duties(self, *kinds: DutyKind) -> list[Stretch]:
        """Scheduled work and records of these kinds, contiguous ones joined."""
        return merged([(p.start, p.end) for p in self.pieces] + [self.stretch(r) for r in self.of_kind(*kinds)])

    def worked(self) -> list[Stretch]:
        """Everything 6.20 counts."""
        own = [(p.start, p.end) for p in self.pieces if not p.leave]
        return merged(own + [self.stretch(r) for r in self.records])

    def busy(self, *, home_call: bool = True) -> list[Stretch]:
        """Everything that keeps a day from being free."""
        found = self.duties(DutyKind.TRANSITION, DutyKind.STAY, DutyKind.CALLED_IN)
        for date in self.roster.window:
            if self.leave_day(date):
                found.append((self.midnight(date), self.midnight(date + DAY)))
            for part in PARTS if home_call else ():
                code = self.roster.at(self.person, Slot(date, part))
                if code is not None and self.roster.catalogue[code].home_call:
                    span = self.roster.catalogue[code].span(part) or (0, 1440)
                    found.append((self.instant(date, span[0]), self.instant(date, span[1])))
        return merged(found)

    def periods(self) -> list[Period]:
        """The averaging periods of every segment."""
        found: list[Period] = []
        for segment in self.segments():
            days = len(segment.dates)
            if days <= self.figures.single_period_days:
                found.append(segment)
                continue
            length = self.figures.averaging_days
            for number in range(math.ceil(days / length)):
                first = min(segment.first + DAY * length * number, segment.last - DAY * (length - 1))
                found.append(Period(segment.rotation, first, first + DAY * (length - 1)))
        return found

    def segments(self) -> list[Period]:
        """Runs of days on one rotation."""
        found: list[Period] = []
        for date in self.roster.window:
            if not self.roster.known[self.roster.day(date)]:
                continue
            rotation = self.roster.rotation_of(self.person, date)
            name = (rotation.name, rotation.activity) if rotation else None
            if found and found[-1].rotation == name and found[-1].last == date - DAY:
                found[-1] = Period(name, found[-1].first, date)
            else:
                found.append(Period(name, date, date))
        return found

    def has_verdict(self, period: Period) -> bool:
        """Enough whole days outside leave."""
        return sum(not self.leave_day(d) for d in period.dates) >= self.figures.verdict_days

    def weeks(self, period: Period) -> Fraction:
        """Weeks outside leave, half-days as halves."""
        halves = sum(not self.on_leave(Slot(d, part)) for d in period.dates for part in (Part.AM, Part.PM))
        return Fraction(halves, 14)

    def hours(self, period: Period, work: list[Stretch]) -> Fraction:
        """Hours of the work inside a period."""
        low, high = self.midnight(period.first), self.midnight(period.last + DAY)
        total = dt.timedelta()
        for start, end in work:
            total += max(dt.timedelta(), min(end, high) - max(start, low))
        return in_hours(total)

    def free_days(self, period: Period, busy: list[Stretch]) -> int:
        """Σ floor(free hours / 24) over the free stretches of a period."""
        at, end = self.midnight(period.first), self.midnight(period.last + DAY)
        day = HOUR * self.figures.free_day_hours
        found = 0
        for low, high in busy:
            if high <= at or low >= end:
                continue
            if low > at:
                found += (low - at) // day
            at = max(at, high)
        return found + ((end - at) // day if end > at else 0)


def merged(stretches: list[Stretch]) -> list[Stretch]:
    """Contiguous and overlapping stretches joined."""
    found: list[Stretch] = []
    for start, end in sorted(s for s in stretches if s[1] > s[0]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def in_hours(length: dt.timedelta) -> Fraction:
    """Exact hours."""
    return Fraction(int(length.total_seconds()), 3600)


def averaged(p: PlainPerson) -> Iterator[Verdict]:
    """6.20, 6.21.b, 6.24, 6.26, 6.27 and 6.28."""
    f, work, busy, alone = p.figures, p.worked(), p.busy(), p.busy(home_call=False)
    for period in p.periods():
        if not p.has_verdict(period):
            continue
        where = period.first, period.last
        weeks, hours = p.weeks(period), p.hours(period, work)
        approved = any(
            period.rotation is not None
            and e.rotation in period.rotation
            and e.start <= period.first
            and period.last <= e.end
            for e in f.exceptions
        )
        long = weeks > 0 and hours > f.week_limit * weeks and not approved
        if long:
            yield ("acgme.6.20", *where, hours / weeks, Fraction(f.week_limit), None)
        if approved and weeks > 0 and hours > f.exception_limit * weeks:
            yield ("acgme.6.24", *where, hours / weeks, Fraction(f.exception_limit), None)
        days = sum(not p.leave_day(d) for d in period.dates)
        free, need = p.free_days(period, busy), Fraction(days, f.free_day_every_days)
        if free < need:
            yield ("acgme.6.21.b", *where, Fraction(free), need, None)
        nights = [d for d in period.dates if not p.leave_night(d)]
        codes = [p.roster.at(p.person, Slot(d, Part.NIGHT)) for d in nights]
        calls = sum(c is not None and p.roster.catalogue[c].in_house_call for c in codes)
        if calls * f.call_every_nights > len(nights):
            yield ("acgme.6.27", *where, Fraction(calls), Fraction(len(nights), f.call_every_nights), None)
        held = [p.roster.at(p.person, Slot(d, Part.NIGHT)) for d in period.dates]
        floats = any(c is not None and p.roster.catalogue[c].category is Category.NIGHT_FLOAT for c in held)
        if floats and (long or free < need):
            yield ("acgme.6.26", *where, Fraction(long + (free < need)), Fraction(0), None)
        parts = [p.roster.at(p.person, Slot(d, part)) for d in period.dates for part in PARTS]
        home = any(c is not None and p.roster.catalogue[c].home_call for c in parts)
        if home and free < need <= p.free_days(period, alone):
            yield ("acgme.6.28", *where, Fraction(free), need, None)


def absolute(p: PlainPerson) -> Iterator[Verdict]:
    """6.21, 6.21.a, 6.22 and 6.22.a."""
    duties = p.duties(DutyKind.TRANSITION)
    stayed = p.duties(DutyKind.TRANSITION, DutyKind.STAY)
    for i, (start, end) in enumerate(duties):
        if i + 1 < len(duties):
            yield from _rest(p, duties[i], duties[i + 1], stayed)
        if end - start > HOUR * p.figures.continuous_hours:
            yield from _long(p, start, end)


def _rest(p: PlainPerson, duty: Stretch, following: Stretch, stayed: list[Stretch]) -> Iterator[Verdict]:
    f = p.figures
    rest = following[0] - duty[1]
    same_day = p.day_of(duty[0]) == p.day_of(following[0])
    if rest < HOUR * f.rest_hours and not (same_day and rest < HOUR * f.break_hours):
        about = duty[1].astimezone(p.zone).strftime("%H%M")
        yield ("acgme.6.21", p.day_of(duty[1]), p.day_of(following[0]), in_hours(rest), Fraction(f.rest_hours), about)
    call = any(
        p.roster.catalogue[piece.code].in_house_call and piece.start < duty[1] and piece.end > duty[0]
        for piece in p.pieces
    )
    if call and duty[1] - duty[0] >= HOUR * f.call_hours:
        left = duty[1]
        for start, end in stayed:
            if start < duty[1] <= end:
                left = min(end, following[0])
        if following[0] - left < HOUR * f.post_call_rest_hours:
            free = in_hours(following[0] - left)
            yield ("acgme.6.21.a", p.day_of(left), p.day_of(following[0]), free, Fraction(f.post_call_rest_hours), None)


def _long(p: PlainPerson, start: dt.datetime, end: dt.datetime) -> Iterator[Verdict]:
    f = p.figures
    last = p.day_of(end - dt.timedelta(minutes=1))
    where = p.day_of(start), last
    handovers = [(p.stretch(r), r.new_patients) for r in p.of_kind(DutyKind.TRANSITION)]
    minute = end
    while minute > start:
        before = minute - dt.timedelta(minutes=1)
        handover = any(s <= before < e for (s, e), _ in handovers)
        clinical = any(
            x.start <= before < x.end and p.roster.catalogue[x.code].category is not Category.EDUCATION
            for x in p.pieces
        )
        if clinical and not handover:
            break
        minute = before
    if minute - start > HOUR * f.continuous_hours:
        yield ("acgme.6.22", *where, in_hours(minute - start), Fraction(f.continuous_hours), None)
    most = f.continuous_hours + f.transition_hours
    if end - start > HOUR * most:
        yield ("acgme.6.22.a", *where, in_hours(end - start), Fraction(most), None)
    late = [e for (_, e), new in handovers if new and start + HOUR * f.continuous_hours < e <= end]
    if late:
        yield ("acgme.6.22.a", *where, in_hours(max(late) - start), Fraction(f.continuous_hours), "new")


def recorded(p: PlainPerson) -> Iterator[Verdict]:
    """6.23, 6.25.a and 6.25.b."""
    today = p.roster.program.clock.today()
    who = p.roster.program.person(p.person)
    duties = p.duties(DutyKind.TRANSITION)
    for r in p.records:
        start, end = p.stretch(r)
        length = in_hours(end - start)
        last = r.date + DAY * ((r.end - 1) // 1440)
        if r.kind is DutyKind.STAY and (r.date > today or not r.reason):
            yield ("acgme.6.23", r.date, last, length, Fraction(0), r.id)
        if r.kind is not DutyKind.MOONLIGHTING:
            continue
        year = r.date.year if r.date.month >= 7 else r.date.year - 1
        if who.pgy_by_year.get(year, 1) == 1:
            yield ("acgme.6.25.b", r.date, last, length, Fraction(0), r.id)
        shared = sum((max(dt.timedelta(), min(e, end) - max(s, start)) for s, e in duties), dt.timedelta())
        if shared:
            days = p.day_of(start), p.day_of(end - dt.timedelta(minutes=1))
            yield ("acgme.6.25.a", *days, in_hours(shared), Fraction(0), r.id)


def plain_verdicts(roster: Roster, person: str) -> list[Verdict]:
    """Every verdict on one person, sorted."""
    p = PlainPerson(roster, person)
    return sorted([*averaged(p), *absolute(p), *recorded(p)], key=str)

"""One person's duties as an iCalendar file (RFC 5545) that phones update in place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

import icalendar

from scheduling.model.activity import Activity, Span
from scheduling.model.calendar import FRIDAY
from scheduling.model.clock import zone_of
from scheduling.model.override import OverrideType
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.zone_description import describe_zone

REFRESH = dt.timedelta(hours=1)
"""How often a subscribed phone is asked to look again."""
ZONE_YEARS = 10
"""How far ahead the file tells the changes of the clocks: readers keep a zone they have seen, by its name."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One entry: an activity from its first part on. `span` is None for an entry without clock hours."""

    slot: Slot
    activity: Activity
    span: Span | None
    parts: tuple[Part, ...]
    covers: str | None = None


@dataclass(frozen=True, slots=True)
class Edition:
    """Which edition of the program's schedule a calendar shows.

    `sequence` never falls while the schedule moves on, so that a phone takes an entry it already has as changed, not
    as new; `at` is when the edition was read.
    """

    sequence: int
    at: dt.datetime


def duties(roster: Roster, person: str, window: Window) -> list[Duty]:
    """What the person does in the window by the effective schedule, touching parts of one activity joined."""
    covered = {
        o.slot: o.person
        for o in roster.overrides
        if o.type is OverrideType.COVERAGE and o.replacement == person and roster.at(person, o.slot) == o.activity
    }
    return list(_duties(roster, window, lambda slot: roster.at(person, slot), covered.get))


def write_calendar(roster: Roster, person: str, window: Window, edition: Edition) -> bytes:
    """The person's duties of the window; an entry that an override took away is marked cancelled.

    Times are wall-clock times of the program's zone, which the file describes, so that they are right on both days the
    clocks change. An entry's UID names program, person and slot: another activity in the slot is the same entry changed.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//housestaff//schedule//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", f"{roster.program.slug} {person}")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", f"PT{REFRESH // dt.timedelta(hours=1)}H")
    current = duties(roster, person, window)
    stands = {duty.slot for duty in current}
    before = _duties(roster, window, lambda slot: roster.base_at(person, slot), lambda _: None)
    entries = [(d, "CONFIRMED") for d in current] + [(d, "CANCELLED") for d in before if d.slot not in stands]
    for duty, status in sorted(entries, key=lambda e: e[0].slot):
        calendar.add_component(_entry(roster, person, duty, status, edition))
    if roster.program.clock.zone != "UTC":
        zone = describe_zone(roster.program.clock.zone, window.start.year - 1, window.end.year + ZONE_YEARS)
        calendar.subcomponents.insert(0, zone)
    text: bytes = calendar.to_ical()
    return text


def _duties(
    roster: Roster, window: Window, held: Callable[[Slot], str | None], covers: Callable[[Slot], str | None]
) -> Iterator[Duty]:
    for date in window:
        if date not in roster.window:
            continue
        cells = [(part, code) for part in PARTS if (code := held(Slot(date, part))) is not None]
        for code, group in groupby(cells, key=lambda cell: cell[1]):
            activity = roster.catalogue[code]
            if activity.is_time_off and date.isoweekday() > FRIDAY:
                continue  # a weekend off is no entry
            yield from _joined(date, activity, [part for part, _ in group], covers)


def _joined(
    date: dt.date, activity: Activity, parts: list[Part], covers: Callable[[Slot], str | None]
) -> Iterator[Duty]:
    timed: Duty | None = None
    untimed = [part for part in parts if activity.span(part) is None]
    if untimed:
        slot = Slot(date, untimed[0])
        yield Duty(slot, activity, None, tuple(untimed), covers(slot))
    for part in parts:
        slot, span = Slot(date, part), activity.span(part)
        if span is None:
            continue
        if timed is not None and timed.span is not None:
            if timed.span[1] == span[0] and timed.covers == covers(slot):
                timed = Duty(timed.slot, activity, (timed.span[0], span[1]), (*timed.parts, part), timed.covers)
                continue
            yield timed
        timed = Duty(slot, activity, span, (part,), covers(slot))
    if timed is not None:
        yield timed


def _entry(roster: Roster, person: str, duty: Duty, status: str, edition: Edition) -> icalendar.Event:
    event = icalendar.Event()
    slot = duty.slot
    event.add("uid", f"{roster.program.slug}.{person}.{slot.date:%Y%m%d}.{slot.part.name.lower()}@housestaff")
    event.add("sequence", edition.sequence)
    event.add("dtstamp", edition.at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("last-modified", edition.at.astimezone(dt.UTC).replace(microsecond=0))
    event.add("status", status)
    event.add("categories", [duty.activity.code])
    if duty.covers:
        event.add("description", f"Covers {duty.covers}")
    if duty.span is None:
        whole = set(duty.parts) >= {Part.AM, Part.PM}
        event.add("summary", duty.activity.title if whole else f"{duty.activity.title} ({duty.parts[0].name})")
        event.add("dtstart", slot.date)
        event.add("dtend", slot.date + dt.timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return event
    event.add("summary", duty.activity.title)
    zone = zone_of(roster.program.clock.zone)
    midnight = dt.datetime.combine(slot.date, dt.time(), zone)
    event.add("dtstart", midnight + dt.timedelta(minutes=duty.span[0]))
    event.add("dtend", midnight + dt.timedelta(minutes=duty.span[1]))
    event.add("transp", "OPAQUE")
    return event

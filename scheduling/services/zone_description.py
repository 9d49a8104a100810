"""A time zone written into a calendar file (RFC 5545 VTIMEZONE), for readers that have no table of their own."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from dataclasses import dataclass

import icalendar

from scheduling.model.clock import zone_of

_MINUTE = dt.timedelta(minutes=1)
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Rule:
    before: dt.timedelta
    after: dt.timedelta
    summer: bool
    name: str


@functools.lru_cache(maxsize=64)
def describe_zone(name: str, first: int, last: int) -> icalendar.Timezone:
    """The zone's offset on 1 January of year `first` and every change of it until the end of year `last`.

    An onset is written in the wall-clock time that ends with it, as the standard asks. Do not change what is returned.
    """
    start = dt.datetime(first, 1, 1, tzinfo=dt.UTC)
    onsets: dict[_Rule, list[dt.datetime]] = {}
    opening = _rule_at(name, start, start)
    onsets[opening] = [start + opening.before]
    for instant in _changes(name, start, dt.datetime(last + 1, 1, 1, tzinfo=dt.UTC)):
        rule = _rule_at(name, instant - _MINUTE, instant)
        onsets.setdefault(rule, []).append(instant + rule.before)
    described = icalendar.Timezone()
    described.add("tzid", name)
    for rule, times in onsets.items():
        described.add_component(_component(rule, [t.replace(tzinfo=None) for t in times]))
    return described


def _component(rule: _Rule, onsets: list[dt.datetime]) -> icalendar.TimezoneStandard | icalendar.TimezoneDaylight:
    part = icalendar.TimezoneDaylight() if rule.summer else icalendar.TimezoneStandard()
    part.add("dtstart", onsets[0])
    part.add("tzoffsetfrom", rule.before)
    part.add("tzoffsetto", rule.after)
    part.add("tzname", rule.name)
    for onset in onsets[1:]:
        part.add("rdate", onset)
    return part


def _rule_at(name: str, before: dt.datetime, after: dt.datetime) -> _Rule:
    zone = zone_of(name)
    then, now = before.astimezone(zone), after.astimezone(zone)
    return _Rule(_offset(then), _offset(now), bool(now.dst()), now.tzname() or name)


def _changes(name: str, start: dt.datetime, end: dt.datetime) -> Iterator[dt.datetime]:
    """The instants (UTC, to the minute) at which the zone's offset changes."""
    zone = zone_of(name)
    low = start
    while low < end:
        high = low + _DAY
        if _offset(low.astimezone(zone)) != _offset(high.astimezone(zone)):
            yield _first_minute(name, low, high)
        low = high


def _first_minute(name: str, low: dt.datetime, high: dt.datetime) -> dt.datetime:
    zone = zone_of(name)
    old = _offset(low.astimezone(zone))
    while high - low > _MINUTE:
        middle = low + (high - low) // 2
        middle -= dt.timedelta(seconds=middle.second, microseconds=middle.microsecond)
        if middle == low:
            break
        low, high = (middle, high) if _offset(middle.astimezone(zone)) == old else (low, middle)
    return high


def _offset(local: dt.datetime) -> dt.timedelta:
    offset = local.utcoffset()
    assert offset is not None
    return offset

"""Which cells a finding can be remedied at: groups of one person's slots, each worth trying to get free as a whole."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from scheduling.model.calendar import FRIDAY, SATURDAY, days
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.roster import Roster
from scheduling.rules.finding import Finding
from scheduling.rules.remedy import is_work

Group = tuple[Slot, ...]

_HOURS = ("acgme.6.20", "acgme.6.24", "acgme.6.26", "eu.weekly_hours", "uk.weekly_hours", "uk.seven_days")
_AVERAGES = (*_HOURS, "prog.rolling_average")
_FREE_DAYS = (
    "acgme.6.21.b",
    "acgme.6.28",
    "eu.weekly_rest",
    "prog.duty_run",
    "uk.shift_run",
    "uk.long_days",
    "on.weekends",
)
_WEEKENDS = ("uk.weekends", "on.weekends")
_NIGHTS = (
    "acgme.6.27",
    "prog.night_run",
    "on.in_house_call",
    "on.home_call",
    "on.blended_call",
    "sk.max_calls",
    "uk.nights",
)
_NO_CELL = (
    *("acgme.6.23", "acgme.6.25.a", "acgme.6.25.b", "prog.leave_days", "prog.learner_ratio", "prog.unassigned"),
    "prog.one_activity",
)
"""Rules about records, absences and people: no cell of the schedule decides them."""
_PAIRS = 40


def groups(roster: Roster, finding: Finding) -> Iterator[Group]:
    """Groups of the finding's person, in date order, smaller ones first."""
    if finding.person is None or finding.rule in _NO_CELL:
        return
    if finding.part is not None:
        slot = Slot(finding.start, finding.part)
        if roster.at(finding.person, slot) is not None:
            yield (slot,)
    elif finding.rule in _NIGHTS:
        yield from ((s,) for s in _work(roster, finding) if s.part is Part.NIGHT)
    elif finding.rule in _WEEKENDS:
        yield from _weekends(roster, finding)
    elif finding.rule in (*_FREE_DAYS, *_AVERAGES):
        yield from _days(roster, finding, alone=finding.rule in _AVERAGES)
    elif finding.about is not None and finding.rule in ("prog.clinic_cap", "prog.requirement"):
        yield from ((s,) for s in _work(roster, finding) if roster.at(finding.person, s) == finding.about)
    elif finding.rule in ("prog.absence_blocks", "prog.fmit_absent", "prog.fmit_back_to_back"):
        yield tuple(_clashing(roster, finding))
    else:
        yield from _around(roster, finding)


def leaves_by_exchange(finding: Finding) -> bool:
    """False where a day must become free: exchanging the work of the day with somebody leaves it worked."""
    return finding.rule not in (*_FREE_DAYS, *_WEEKENDS)


def _work(roster: Roster, finding: Finding) -> list[Slot]:
    first, last = max(finding.start, roster.window.start), min(finding.end, roster.window.end)
    slots = (Slot(roster.date(n), part) for n in range(roster.day(first), roster.day(last) + 1) for part in PARTS)
    return [s for s in slots if is_work(roster, finding.person or "", s)]


def _days(roster: Roster, finding: Finding, *, alone: bool) -> Iterator[Group]:
    """Half-days and nights alone where hours count; whole days with the night that reaches into them; pairs of days."""
    work = _work(roster, finding)
    if alone:
        yield from ((s,) for s in work)
    whole = [tuple(g) for _, g in itertools.groupby(work, key=lambda s: s.date)]
    with_night = []
    for day in whole:
        before = Slot(day[0].date - days(1), Part.NIGHT)
        reaches = finding.person is not None and is_work(roster, finding.person, before)
        with_night.append((before, *day) if reaches and not alone else day)
    yield from with_night
    lighter = sorted(with_night, key=len)[:_PAIRS]
    yield from (tuple(sorted({*a, *b})) for a, b in itertools.islice(itertools.combinations(lighter, 2), _PAIRS * 5))


def _weekends(roster: Roster, finding: Finding) -> Iterator[Group]:
    by_week: dict[tuple[int, int], list[Slot]] = {}
    for slot in _work(roster, finding):
        friday_night = slot.part is Part.NIGHT and slot.date.isoweekday() == FRIDAY
        if slot.date.isoweekday() >= SATURDAY or friday_night:
            year, week, _ = slot.date.isocalendar()
            by_week.setdefault((year, week), []).append(slot)
    yield from (tuple(slots) for slots in by_week.values())


def _clashing(roster: Roster, finding: Finding) -> Iterator[Slot]:
    person = finding.person or ""
    fmit = roster.policy(finding.start).call.fmit_activity
    for slot in _work(roster, finding):
        if roster.at(person, slot) == fmit if "fmit" in finding.rule else roster.is_absent(person, slot):
            yield slot


def _around(roster: Roster, finding: Finding) -> Iterator[Group]:
    """Rests and long duties: each piece of work on the dates and on the evening before, then each whole day."""
    person = finding.person or ""
    before = Slot(finding.start - days(1), Part.NIGHT)
    work = [*([before] if is_work(roster, person, before) else []), *_work(roster, finding)]
    yield from ((s,) for s in work)
    yield from (g for _, day in itertools.groupby(work, key=lambda s: s.date) if len(g := tuple(day)) > 1)

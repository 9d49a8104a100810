"""What a rotation's weekly pattern writes on each date (domain.md §4, the day patterns)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduling.model.activity import Category
from scheduling.model.calendar import Block, days, next_weekday
from scheduling.model.part import PARTS, Part, Window
from scheduling.model.policy import Policy
from scheduling.model.program import Program
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.weekpattern import OPEN, OWN, WeekPattern, read_day


@dataclass(frozen=True, slots=True)
class Stay:
    """One resident on one rotation for one half of a block."""

    person: str
    pgy: int
    rotation: Rotation
    block: Block
    window: Window

    def week(self, policy: Policy) -> WeekPattern | None:
        """The policy's pattern for it, None for rotations whose weekdays stay open."""
        return policy.rotations.week(self.rotation.pattern, self.rotation.activity, self.pgy)


def half_window(block: Block, half: int) -> Window | None:
    """The dates of a block half; None for a second half that a short block does not reach."""
    if half == 1:
        return Window(block.start, min(block.end, block.second_half - days(1)))
    return Window(block.second_half, block.end) if block.second_half <= block.end else None


def stays(program: Program, halves: Sequence[RotationHalf]) -> tuple[Stay, ...]:
    """Every resident's stays, by person and date."""
    found: list[Stay] = []
    for half in halves:
        block = program.calendar.block(half.block)
        window = half_window(block, half.half)
        if window is not None:
            pgy = program.person(half.person).pgy(half.block.year)
            found.append(Stay(half.person, pgy, half.rotation, block, window))
    return tuple(sorted(found, key=lambda s: (s.person, s.window)))


def is_outpatient(program: Program, stay: Stay) -> bool:
    """True when the stay's weekdays are open for clinic and specialty."""
    return stay.rotation.pattern in program.policies.at(stay.window.start).rotations.outpatient


def is_lecture_exempt(program: Program, in_block: Sequence[Stay]) -> bool:
    """True when one resident's stays of one block excuse from lectures; a combination is excused as a whole."""
    return any(
        s.rotation.pattern in figures.lecture_exempt_patterns
        or s.rotation.activity in figures.lecture_exempt_activities
        for s in in_block
        for figures in (program.policies.at(s.window.start).rotations,)
    )


def pattern_cells(program: Program, stay: Stay, *, continues: bool = False) -> Iterator[tuple[dt.date, Part, str]]:
    """Date, part and activity of every cell the pattern writes.

    `continues` says that the same pattern ran up to the day before. A clinic or lecture is not held on a holiday: an
    inpatient stays on the ward then, everybody else is off.
    """
    first = stay.window.start
    for date in stay.window:
        policy = program.policies.at(date)
        week = stay.week(policy)
        if week is None:
            continue
        begins = first if week.starts is None or continues else next_weekday(first, week.starts)
        if date < begins:
            continue
        opening = date == begins and week.first_day is not None and not continues
        text = week.first_day if opening and week.first_day else week.days[date.isoweekday() - 1]
        for part, token in zip(PARTS, read_day(text), strict=True):
            activity = stay.rotation.activity if token == OWN else token
            if date in program.holidays and activity != OPEN and _needs_clinic_day(policy, activity):
                activity = stay.rotation.activity if stay.rotation.pattern is Pattern.INPATIENT else OPEN
            if activity != OPEN:
                yield date, part, activity


def _needs_clinic_day(policy: Policy, activity: str) -> bool:
    return policy.catalogue[activity].category in (Category.CLINIC, Category.EDUCATION)

"""Works of one person as duties and pauses: what runs on without a pause, and what lies between."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.duty_hours import Work
from scheduling.solver.objective import Where
from scheduling.solver.sums import Sum

LONGEST = 3 * 1440
"""Minutes no work is longer than."""


def keep_apart(rule: Rule, build: Build, whose: Where, duty: list[Work], works: list[Work], second: int) -> None:
    """A duty and the work at a place of the list exclude each other, unless something lies between; what stands is let be."""
    last, after = duty[-1], works[second]
    if all(work.literal.fixed for work in (*duty, after)):
        return
    total = Sum().plus(after.literal).plus(_between(works, last.end, second), -1)
    for work in duty:
        total.plus(work.literal)
    where = replace(whose, dates=(last.slot.date, after.slot.date), part=after.slot.part)
    build.at_most(rule, where, total, len(duty))


def _between(works: list[Work], since: int, second: int) -> Sum:
    """What lies, even in part, between an instant and the work at a place of a list in time order."""
    total, until = Sum(), works[second].start
    for work in reversed(works[:second]):
        if work.start < since - LONGEST:
            break
        if work.end > since and work.start < until:
            total.plus(work.literal)
    return total


def running_into(works: list[Work], last: int, enough: Callable[[list[Work]], bool]) -> list[Work]:
    """Works that run on into the one at a place without a pause, the earliest first, as few as are enough; none if they are not.

    What stands goes before what is to be decided, the earliest of it first: the duty is as long as it is.
    """
    duty = [works[last]]
    while not enough(duty):
        start = duty[0].start
        before = [w for w in reversed(works[:last]) if w.start < start <= w.end]
        if not before:
            return []
        standing = [w for w in before if w.literal.fixed and w.literal.low]
        duty.insert(0, min(standing, key=lambda w: w.start) if standing else max(before, key=lambda w: w.start))
    return duty

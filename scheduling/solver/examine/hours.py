"""Duty-hour rules against coverage: what the weekly patterns in use demand, beside what the limits allow."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scheduling.model.calendar import academic_year
from scheduling.model.part import PARTS, Part
from scheduling.model.policy import Policy
from scheduling.model.rotation import Rotation
from scheduling.model.weekpattern import OPEN, OWN, WeekPattern, read_day
from scheduling.rules.catalog import is_on, rule
from scheduling.solver.examine.question import About, Warn
from scheduling.solver.problem import Problem

_WEEK = 7
_HOUR = 60


@dataclass(frozen=True, slots=True)
class Demand:
    """What one week of a pattern asks of one resident: minutes of work, dates without any, the longest run of nights."""

    minutes: int
    free: int
    nights: int


def hours(problem: Problem) -> Iterator[Warn]:
    """Patterns that ask for more than the limits allow, with the residents who are on them in the window."""
    people: dict[tuple[Rotation, int], set[str]] = defaultdict(set)
    for person in problem.roster.program.people:
        if person.active and person.is_resident:
            for date in problem.window:
                rotation = problem.roster.rotation_of(person.id, date)
                if rotation is not None:
                    people[rotation, person.pgy(academic_year(date))].add(person.id)
    policy = problem.policy
    for (rotation, pgy), names in sorted(people.items(), key=lambda item: (item[0][0].name, item[0][1])):
        week = policy.rotations.week(rotation.pattern, rotation.activity, pgy)
        if week is not None and rotation.pattern not in policy.rotations.outpatient:
            yield from _against(policy, rotation, demand_of(policy, week, rotation.activity), tuple(sorted(names)))


def demand_of(policy: Policy, week: WeekPattern, activity: str) -> Demand:
    """One week of the pattern as every week; at-home call counts no hours."""
    minutes = free = 0
    nights = []
    for text in week.days:
        worked = 0
        tokens = read_day(text)
        for part in PARTS:
            code = activity if tokens[part] == OWN else tokens[part]
            meant = None if code == OPEN else policy.catalogue[code]
            span = None if meant is None or meant.home_call else meant.span(part)
            worked += 0 if span is None else span[1] - span[0]
            if part is Part.NIGHT:
                nights.append(span is not None)
        minutes += worked
        free += not worked
    return Demand(minutes, free, _longest(nights))


def _longest(nights: list[bool]) -> int:
    """The longest run when week follows week; all of them is as long as there are nights."""
    best = run = 0
    for worked in nights * 2:
        run = run + 1 if worked else 0
        best = max(best, run)
    return best


def _against(policy: Policy, rotation: Rotation, asked: Demand, people: tuple[str, ...]) -> Iterator[Warn]:
    figures, what = policy.hours, f"{rotation.name} asks for"
    if asked.minutes > figures.week_limit * _HOUR and is_on(rule("acgme.6.20"), policy):
        text = f"{what} {Fraction(asked.minutes, _HOUR)} h in every week, {figures.week_limit} h are allowed on average"
        yield Warn(About.HOURS, ("acgme.6.20",), text, people)
    every = figures.free_day_every_days
    if asked.free * every < _WEEK and is_on(rule("acgme.6.21.b"), policy):
        text = f"{what} duty on {_WEEK - asked.free} days of every week, one day in {every} is to be free"
        yield Warn(About.HOURS, ("acgme.6.21.b",), text, people)
    if asked.nights > figures.night_run and is_on(rule("prog.night_run"), policy):
        without = "without end" if asked.nights > _WEEK else f"of {asked.nights}"
        text = f"{what} a run of nights {without}, at most {figures.night_run} may follow each other"
        yield Warn(About.HOURS, ("prog.night_run",), text, people)

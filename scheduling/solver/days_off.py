"""Days off of residents on ward and night rotations whose days are open: duty on every date, or a date off.

A rotation's weekly pattern says which parts of a day it works. Where its cells are preloaded there is nothing to decide;
where they are open, every date off costs, and the duty-hour rules of the safety tier ask for as many as there must be.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from scheduling.model.activity import Activity
from scheduling.model.calendar import SATURDAY, academic_year
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.person import Person
from scheduling.model.weekpattern import OWN, read_day
from scheduling.rules.intern_clinic import fixed_clinics
from scheduling.solver.block import read_block
from scheduling.solver.build import Build
from scheduling.solver.catalog import allowed, constrain_all
from scheduling.solver.objective import Where
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.search import run
from scheduling.solver.solution import Solution
from scheduling.solver.sums import Literal, Sum

_WEEK = 7


def build_days_off(problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build:
    """The model of the window's open dates on rotations that work by day or night."""
    build = Build(problem, explaining=explaining, insist=insist)
    dates = list(_open_dates(build))
    off: dict[tuple[str, dt.date], Literal] = {}
    for person, date, parts, activity in dates:
        literal = _offer(build, person, date, parts, activity)
        if literal is not None:
            off[person.id, date] = literal
    constrain_all(build)
    _price(build, off)
    return build


def worked_parts(problem: Problem, person: Person, date: dt.date) -> tuple[Part, ...]:
    """The day parts the resident's rotation works on some weekday; none on rotations whose weekdays stay open."""
    roster = problem.roster
    rotation = roster.rotation_of(person.id, date)
    figures = roster.policy(date).rotations
    if rotation is None or rotation.pattern in figures.outpatient:
        return ()
    week = figures.week(rotation.pattern, rotation.activity, person.pgy(academic_year(date)))
    if week is None:
        return ()
    days = [read_day(text) for text in week.days]
    return tuple(part for part in PARTS if any(tokens[part] in (OWN, rotation.activity) for tokens in days))


def _open_dates(build: Build) -> Iterator[tuple[Person, dt.date, tuple[Part, ...], Activity]]:
    """Dates of which no part is locked: where the pattern was preloaded, it has decided."""
    problem = build.problem
    for person in build.variables.residents:
        if not problem.decides(person.id):
            continue
        for date in problem.window:
            parts = worked_parts(problem, person, date)
            if not parts or not all(problem.is_free(person.id, Slot(date, part)) for part in PARTS):
                continue
            rotation = problem.roster.rotation_of(person.id, date)
            assert rotation is not None
            yield person, date, parts, problem.roster.policy(date).catalogue[rotation.activity]


def _offer(build: Build, person: Person, date: dt.date, parts: tuple[Part, ...], activity: Activity) -> Literal | None:
    """One choice for the whole date: duty in all its parts, or off; an absent resident has no choice."""
    if not all(allowed(build, person.id, Slot(date, part), (activity.code,)) for part in parts):
        return None
    duty, off = build.variables.new(), build.variables.new()
    build.require(Sum([duty, off]), 1, 1)
    for part in parts:
        slot = Slot(date, part)
        build.variables.put(person.id, slot, _fixed_clinic(build, person, slot) or activity.code, duty)
        if part is not Part.NIGHT:
            build.variables.put(person.id, slot, build.policy.rotations.off, off)
    return off


def _fixed_clinic(build: Build, person: Person, slot: Slot) -> str | None:
    """The follow-up clinic the pattern has in the slot; none on a holiday."""
    roster = build.problem.roster
    rotation = roster.rotation_of(person.id, slot.date)
    if rotation is None or slot.date in roster.program.holidays:
        return None
    fixed = fixed_clinics(roster.policy(slot.date), rotation, person.pgy(academic_year(slot.date)))
    return fixed.get((slot.date.isoweekday(), slot.part))


def _price(build: Build, off: dict[tuple[str, dt.date], Literal]) -> None:
    """Every date off, dates on which too many of a service are off together, weekdays off."""
    roster = build.problem.roster
    together: dict[tuple[str, dt.date], list[Literal]] = defaultdict(list)
    for (person, date), literal in off.items():
        where = Where((person,), (date,))
        build.charge("day_off", where, Sum([literal]))
        if date.isoweekday() < SATURDAY:
            build.charge("day_off_weekday", where, Sum([literal]))
        rotation = roster.rotation_of(person, date)
        assert rotation is not None
        together[rotation.activity, date].append(literal)
    for (activity, date), literals in sorted(together.items()):
        most = -(-len(literals) // _WEEK)
        build.at_most("days_off_spread", Where((), (date,), None, activity), Sum(literals), most)


def solve_days_off(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
    """Decide the open dates."""
    build = build_days_off(problem)
    outcome = run(build, problem.settings, listener=listener, stop=stop, phase=Stage.DAYS_OFF)
    return read_block(build, outcome)

"""A block: residents' and faculty's half-days, attending time, rooms, procedures, with calls given or free (domain.md §4-6)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from scheduling.model.activity import Category
from scheduling.model.calendar import FRIDAY, SATURDAY, academic_year, days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Person
from scheduling.rules.clinic_cap import cap
from scheduling.solver.build import Build
from scheduling.solver.calls_year import offer_nights, price_change, price_nights
from scheduling.solver.catalog import allowed, constrain_all
from scheduling.solver.duty_cells import HALF_DAYS, follow_calls
from scheduling.solver.lectures import lecture_at
from scheduling.solver.objective import Where
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.rules.nights import calls
from scheduling.solver.search import run
from scheduling.solver.solution import Solution, gap_nights, solver_cells, tier_results
from scheduling.solver.status import Outcome
from scheduling.solver.sums import Sum
from scheduling.solver.weeks import week_of

OPEN_HALF_DAY = "open_half_day"
"""The condition that a half-day holds something: part of the question, no rule."""

_WEEK_HALF_DAYS = 10

Procedures = defaultdict[Slot, defaultdict[str, set[str]]]
"""Sites of the residents a procedure that needs a credential was offered to, by slot and code."""


def build_block(
    problem: Problem,
    *,
    explaining: bool = False,
    insist: Iterable[str] = (),
    also: Iterable[tuple[str, Slot, str]] = (),
) -> Build:
    """The model of the window's open weekday half-days and, where calls are free, its nights.

    `also` names choices (person, slot, activity) that decided cells are offered beside those of their own.
    """
    build = Build(problem, explaining=explaining, insist=insist)
    if problem.calls_free:
        offer_nights(build)
    wanted = _offer_residents(build)
    _offer_faculty(build, wanted)
    for choice in also:
        build.variables.widen(*choice)
    if problem.calls_free:
        follow_calls(build)
        price_nights(build)
    _fill(build)
    constrain_all(build)
    _price_faculty(build)
    return build


def weekday_slots(problem: Problem) -> list[Slot]:
    """Weekday half-days of the window that are no holiday."""
    holidays = problem.roster.program.holidays
    dates = [d for d in problem.window if d.isoweekday() < SATURDAY and d not in holidays]
    return [Slot(d, part) for d in dates for part in HALF_DAYS]


def _offer_residents(build: Build) -> Procedures:
    """Open half-days of outpatient rotations, to the activities required of them and noted by procedure."""
    roster = build.problem.roster
    procedures: Procedures = defaultdict(lambda: defaultdict(set))
    for person in build.variables.residents:
        if not build.problem.decides(person.id):
            continue
        for slot in weekday_slots(build.problem):
            if not build.problem.is_free(person.id, slot):
                _offer_locked(build, person, slot)
                continue
            options = allowed(build, person.id, slot, resident_options(build, person, slot))
            if options:
                _open(build, person.id, slot, options)
                for code in options:
                    if roster.catalogue[code].needs_credential:
                        procedures[slot][code].add(person.site)
    return procedures


def _offer_locked(build: Build, person: Person, slot: Slot, others: Iterable[str] = ()) -> None:
    """In an explaining build a locked half-day is a choice that its lock, or the absence behind it, switches on."""
    held = build.problem.roster.at(person.id, slot)
    if not build.explaining or held is None:
        return
    activity = build.problem.roster.policy(slot.date).catalogue[held]
    weighs = activity.uses_room or activity.needs_supervision or activity.needs_credential
    if activity.is_time_off and build.problem.roster.is_absent(person.id, slot):
        build.variables.offer(person.id, slot, dict.fromkeys(others))
    elif weighs or others:
        build.variables.offer(person.id, slot, dict.fromkeys((held, *others)))


def resident_options(build: Build, person: Person, slot: Slot) -> list[str]:
    """What the rotation asks of the resident, in the requirements' order; lectures in their time; off after a night."""
    roster = build.problem.roster
    rotation = roster.rotation_of(person.id, slot.date)
    policy = roster.policy(slot.date)
    figures = policy.rotations
    if rotation is None or rotation.pattern not in figures.outpatient:
        return []
    pgy = person.pgy(academic_year(slot.date))
    found = dict.fromkeys(r.activity or rotation.activity for r in policy.requirements if r.meant_for(rotation, pgy))
    if lecture := lecture_at(roster, person.id, slot):
        found.setdefault(lecture)
    if _worked_last_night(build, person.id, slot):
        found.setdefault(figures.off)
    return list(found)


def _worked_last_night(build: Build, person: str, slot: Slot) -> bool:
    night = Slot(slot.date - days(1), Part.NIGHT)
    code = build.problem.roster.at(person, night)
    return code is not None and not build.problem.roster.catalogue[code].is_time_off


def works_on(person: Person, date: dt.date) -> bool:
    """True on the weekdays somebody works: all of them where none are named."""
    return not person.available_weekdays or date.isoweekday() in person.available_weekdays


def _offer_faculty(build: Build, procedures: Procedures) -> None:
    """Open half-days of faculty who are no adjuncts, on the weekdays they work."""
    for person in build.variables.faculty:
        if not build.problem.decides(person.id):
            continue
        for slot in weekday_slots(build.problem):
            if not works_on(person, slot.date):
                continue
            options = list(faculty_options(build, person, slot, procedures))
            if not build.problem.is_free(person.id, slot):
                _offer_locked(build, person, slot, options)
                continue
            options = allowed(build, person.id, slot, options)
            if options:
                _open(build, person.id, slot, options)


def faculty_options(build: Build, person: Person, slot: Slot, procedures: Procedures) -> Iterable[str]:
    """Attending time; clinic, administration and what their limits name, under caps above zero; procedures they may lead."""
    roster = build.problem.roster
    policy = roster.policy(slot.date)
    template, clinic = policy.template, policy.rotations.clinic
    year = academic_year(week_of(slot.date).end)
    named = [code for code in person.limits if code in policy.catalogue]
    wanted = dict.fromkeys([template.attending, clinic, template.education_admin, *sorted(named)])
    if _recovers(build, person.id, slot):
        yield policy.call.recovery_activity
    for code in wanted:
        activity = policy.catalogue[code]
        if activity.needs_credential and not person.credential(code, slot.date):
            continue
        if cap(policy, person, code, year) != 0:
            yield code
    for code, sites in procedures[slot].items():
        if code not in wanted and person.site in sites and person.credential(code, slot.date):
            yield code


def _recovers(build: Build, person: str, slot: Slot) -> bool:
    """True on the Friday after an own inpatient week that does not go on."""
    attends = build.variables.attends
    friday = slot.date.isoweekday() == FRIDAY
    return friday and attends(person, slot.date - days(1)) == 1 and attends(person, slot.date) == 0


def _open(build: Build, person: str, slot: Slot, options: Iterable[str]) -> None:
    """Offer a half-day; it is to be filled unless the person is away."""
    build.variables.offer(person, slot, options)
    if not build.problem.roster.is_absent(person, slot):
        build.variables.half_days.append((person, slot))


def _fill(build: Build) -> None:
    """Every open half-day holds something, post-call time included; that it holds one thing is a rule's to say."""
    for person, slot in build.variables.half_days:
        options = build.variables.options(person, slot)
        total = Sum(options.values())
        if build.explaining:
            build.insist(OPEN_HALF_DAY, Where((person,), (slot.date,), slot.part), total, 1)
        else:
            build.require(total, 1, len(options))


def _price_faculty(build: Build) -> None:
    """Weekly minimums, weekdays kept free of clinic, flexible time, change."""
    roster, variables = build.problem.roster, build.variables
    weeks: dict[tuple[str, Window], int] = {}
    for person, slot, options in variables.decided():
        if slot.part is Part.NIGHT or slot.date not in build.problem.window:
            continue
        who, policy = roster.program.by_id[person], roster.policy(slot.date)
        where = Where((person,), (slot.date,), slot.part)
        price_change(build, person, slot, options)
        for code, literal in options.items():
            if policy.catalogue[code].category is Category.FLEX:
                build.charge("flexible_time", where, Sum([literal]))
        if not who.is_faculty:
            continue
        weeks[person, week_of(slot.date)] = weeks.get((person, week_of(slot.date)), 0) + 1
        avoided = policy.people.avoid_clinic_weekdays.get(who.role.value if who.role else "", ())
        clinic = policy.rotations.clinic
        if clinic in options and slot.date.isoweekday() in avoided:
            build.charge("avoided_weekday", where, Sum([options[clinic]]))
    for (person, week), there in weeks.items():
        _weekly_least(build, person, week, there)


def _weekly_least(build: Build, person: str, week: Window, there: int) -> None:
    """The least half-days a week, scaled down to those that are open."""
    roster = build.problem.roster
    who, year = roster.program.by_id[person], academic_year(week.end)
    slots = [Slot(d, part) for d in week for part in HALF_DAYS]
    for code in sorted({*who.limits, *who.limits_by_year.get(year, {})}):
        least = who.limit(code, year).least
        if least:
            scaled = least * min(there, _WEEK_HALF_DAYS) // _WEEK_HALF_DAYS
            held = build.variables.count(person, slots, (code,))
            build.at_least("weekly_least", Where((person,), (week.start,), None, code), held, scaled)


def read_block(build: Build, outcome: Outcome) -> Solution:
    """The stage's solution: every decided cell, the nights among them."""
    problem = build.problem
    empty = Solution(problem.stage, problem.digest, outcome.status, seed=problem.settings.seed, effort=outcome.effort)
    if not outcome.values and not outcome.tiers:
        return empty
    held: dict[tuple[str, Slot], str] = {}
    opened = []
    for person, slot, options in build.variables.decided():
        chosen = [code for code, literal in options.items() if outcome.value(Sum([literal]))]
        if chosen:
            held[person, slot] = chosen[0]
        elif problem.roster.at(person, slot) is not None:
            opened.append((person, slot))
    callers = {night: person for person, night, call in calls(build) if outcome.value(Sum([call]))}
    return replace(
        empty,
        cells=solver_cells(held),
        opened=tuple(sorted(opened)),
        calls=tuple(sorted(callers.items())),
        gaps=gap_nights(build.variables.nights, callers),
        tiers=tier_results(outcome),
        forced=tuple(build.forced),
    )


def solve_block(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
    """Decide the block as one model."""
    build = build_block(problem)
    return read_block(build, run(build, problem.settings, listener=listener, stop=stop, phase=Stage.BLOCK))

"""The year's calls: inpatient weeks and Sunday-to-Thursday nights decided jointly (domain.md §6)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scheduling.model.calendar import FRIDAY, academic_year, days, fmit_week, is_weekday_call, year_window
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Person
from scheduling.model.pools import available_days
from scheduling.model.record import FmitWeek
from scheduling.model.roster import Roster
from scheduling.solver.build import Build
from scheduling.solver.catalog import allowed, constrain_all
from scheduling.solver.duty_cells import HALF_DAYS, duties
from scheduling.solver.fair_split import Band, Claim, fair_bands
from scheduling.solver.objective import Where
from scheduling.solver.problem import Problem, Stage, slots_of
from scheduling.solver.progress import Listener, Stop
from scheduling.solver.rules.nights import calls as nights_of
from scheduling.solver.search import run
from scheduling.solver.solution import Solution, gap_nights, solver_cells, tier_results
from scheduling.solver.status import Outcome
from scheduling.solver.sums import Literal, Sum

_WORKWEEK = range(1, 5)


def build_calls(problem: Problem, *, explaining: bool = False, insist: Iterable[str] = ()) -> Build:
    """The model of the window's free nights and, where they are free, its inpatient weeks."""
    build = Build(problem, explaining=explaining, insist=insist)
    if problem.weeks_free:
        _offer_weeks(build)
    offer_nights(build)
    constrain_all(build)
    price_nights(build)
    if problem.weeks_free:
        _price_weeks(build)
    return build


def attending(roster: Roster, friday: dt.date, person: str) -> bool:
    """True when the roster has the person on the inpatient team in the week of that Friday."""
    code = roster.policy(friday).call.fmit_activity
    return any(roster.at(person, Slot(d, part)) == code for d in fmit_week(friday) for part in HALF_DAYS)


def fridays(window: Window) -> list[dt.date]:
    """The first dates of the inpatient weeks that begin in the window."""
    return [d for d in window if d.isoweekday() == FRIDAY]


def _offer_weeks(build: Build) -> None:
    """Everybody who is there at all that week; a day away is priced."""
    variables, roster = build.variables, build.problem.roster
    for friday in fridays(build.problem.window):
        slots = [Slot(d, part) for d in fmit_week(friday) for part in HALF_DAYS]
        if _is_given(build, slots):
            continue
        variables.weeks.append(friday)
        for person in variables.faculty:
            if all(roster.is_absent(person.id, slot) for slot in slots) and not build.explaining:
                continue
            variables.put_week(person.id, friday, variables.new())


def _is_given(build: Build, slots: list[Slot]) -> bool:
    """True when a lock or a freeze holds the week for somebody, or its Friday is not to be decided."""
    roster, problem = build.problem.roster, build.problem
    code = roster.policy(slots[0].date).call.fmit_activity
    people = [p.id for p in roster.program.people if p.is_faculty]
    if not any(problem.is_free(p, slots[0]) for p in people):
        return True
    return any(
        roster.at(p, slot) == code and not problem.is_free(p, slot)
        for p in people
        for slot in slots
        if slot.date in problem.window
    )


def offer_nights(build: Build) -> None:
    """Every free night to everybody who may be asked; Friday and Saturday go with the week's attending."""
    variables, problem = build.variables, build.problem
    for night in problem.window:
        slot = Slot(night, Part.NIGHT)
        code = problem.roster.policy(night).call.activity
        held = [p for p in problem.roster.holders(code, slot) if not problem.is_free(p, slot)]
        if held and build.explaining and is_weekday_call(night) and problem.calls_free:
            _offer_locked(build, held, slot, code)
        if held or not any(problem.is_free(p.id, slot) for p in variables.faculty):
            continue
        if is_weekday_call(night):
            if problem.calls_free:
                variables.nights.append(night)
                _offer_night(build, slot, code)
        elif problem.weeks_free:
            variables.nights.append(night)
            for person in variables.faculty:
                if problem.is_free(person.id, slot):
                    variables.put(person.id, slot, code, variables.attends(person.id, night))


def _offer_locked(build: Build, held: list[str], slot: Slot, code: str) -> None:
    """In an explaining build a locked night is a choice that its lock switches on."""
    build.variables.nights.append(slot.date)
    for person in held:
        build.variables.offer(person, slot, (code,))


def _offer_night(build: Build, slot: Slot, code: str) -> None:
    for person in build.variables.callers:
        if build.problem.is_free(person.id, slot) and may_be_asked(person, slot):
            options = allowed(build, person.id, slot, (code,))
            if options:
                build.variables.offer(person.id, slot, options)


def may_be_asked(person: Person, slot: Slot) -> bool:
    """Working on that weekday, where it is one."""
    weekday = slot.date.isoweekday()
    return weekday not in _WORKWEEK or not person.available_weekdays or weekday in person.available_weekdays


def price_nights(build: Build) -> None:
    """Weekdays avoided and liked, and the change against the base."""
    variables, figures = build.variables, build.policy.people
    for person, slot, options in variables.decided():
        if slot.part is not Part.NIGHT or not is_weekday_call(slot.date):
            continue
        who = build.problem.roster.program.person(person)
        role = who.role.value if who.role else ""
        weekday = slot.date.isoweekday()
        where = Where((person,), (slot.date,))
        call = Sum(options.values())
        if weekday in (who.avoid_call_weekdays or figures.avoid_call_weekdays.get(role, ())):
            build.charge("avoided_weekday", where, call)
        liked = who.prefer_call_weekdays or figures.prefer_call_weekdays.get(role, ())
        if liked and weekday not in liked:
            build.charge("preferred_weekday", where, call)
        price_change(build, person, slot, options)


def price_change(build: Build, person: str, slot: Slot, options: Mapping[str, Literal]) -> None:
    """A decided cell that held something in the base costs when it no longer does; a template's stand-in does not count."""
    base = build.problem.base
    if base is None or base.source_at(person, slot) is Source.TEMPLATE:
        return
    was = base.at(person, slot)
    if was is not None and was in options:
        build.charge("change", Where((person,), (slot.date,), slot.part), Sum(constant=1).add(options[was], -1))


def _price_weeks(build: Build) -> None:
    """Weeks per person by days available, and weeks of one person that lie close together."""
    variables, window = build.variables, build.problem.window
    starts = fridays(window)
    apart = build.policy.solve.fmit_apart_weeks
    bands = week_bands(build)
    base = build.problem.base
    for who, friday, literal in variables.decided_weeks():
        if base is not None and attending(base, friday, who):
            build.charge("change", Where((who,), (friday,)), Sum(constant=1).add(literal, -1))
    for person in variables.faculty:
        weeks = {friday: variables.attends(person.id, friday) for friday in starts}
        held = Sum(weeks.values())
        band = bands[person.id]
        for step in (0, 1):
            build.at_most(
                "fmit_equity", Where((person.id,), (), None, f"above {band.high + step}"), held, band.high + step
            )
            build.at_least(
                "fmit_equity", Where((person.id,), (), None, f"below {band.low - step}"), held, band.low - step
            )
        for first in starts:
            near = [weeks[d] for n in range(2, apart) if (d := first + days(7 * n)) in weeks]
            if near:
                where = Where((person.id,), (first,))
                build.at_most("fmit_apart", where, Sum([weeks[first], *near]), 1)


def week_bands(build: Build) -> dict[str, Band]:
    """Each person's fair number of the window's inpatient weeks."""
    starts = fridays(build.problem.window)
    year = year_window(academic_year(build.problem.window.start))
    there = available_days(build.problem.roster.program, year)
    variables = build.variables
    claims = {}
    for person in variables.faculty:
        literals = [variables.attends(person.id, friday) for friday in starts]
        claims[person.id] = Claim(there[person.id], Sum(literals).low, Sum(literals).high - Sum(literals).low)
    return fair_bands(len(starts), claims)


def read_calls(build: Build, outcome: Outcome) -> Solution:
    """The stage's solution: weeks, nights and the half-days that follow from them."""
    problem, roster = build.problem, build.problem.roster
    empty = Solution(problem.stage, problem.digest, outcome.status, seed=problem.settings.seed, effort=outcome.effort)
    if not outcome.values and not outcome.tiers:
        return empty
    weeks = tuple(
        FmitWeek(friday, fmit_week(friday).end, person)
        for person, friday, literal in build.variables.decided_weeks()
        if outcome.value(Sum([literal]))
    )
    nights = set(build.variables.nights)
    held = {night: person for person, night, call in nights_of(build) if outcome.value(Sum([call]))}
    code = {night: roster.policy(night).call.activity for night in held}
    cells = duties(problem, weeks, held)
    cells.update({(person, Slot(night, Part.NIGHT)): code[night] for night, person in held.items()})
    attended = {week.start for week in weeks}
    bare = set(build.variables.weeks) - attended
    return replace(
        empty,
        cells=solver_cells(cells),
        opened=_opened(build, cells, nights),
        weeks=tuple(sorted(weeks)),
        calls=tuple(sorted(held.items())),
        gaps=(*gap_nights(nights, held), *(Slot(friday, Part.AM) for friday in sorted(bare))),
        tiers=tier_results(outcome),
        forced=tuple(build.forced),
    )


def _opened(build: Build, cells: Mapping[tuple[str, Slot], str], nights: set[dt.date]) -> tuple[tuple[str, Slot], ...]:
    """Free cells that held a duty of the base which nobody has any more."""
    problem, roster = build.problem, build.problem.roster
    found = []
    for person in build.variables.faculty:
        for slot in slots_of(problem.window):
            figures = roster.policy(slot.date).call
            moved = {figures.post_call_am, figures.post_call_pm} if nights else set[str]()
            if slot.part is Part.NIGHT and slot.date in nights:
                moved.add(figures.activity)
            if problem.weeks_free:
                moved |= {figures.fmit_activity, figures.recovery_activity}
            if (
                roster.at(person.id, slot) in moved
                and (person.id, slot) not in cells
                and problem.is_free(person.id, slot)
            ):
                found.append((person.id, slot))
    return tuple(sorted(found))


def solve_calls(problem: Problem, *, listener: Listener | None = None, stop: Stop | None = None) -> Solution:
    """Decide the window's nights and weeks."""
    build = build_calls(problem)
    return read_calls(build, run(build, problem.settings, listener=listener, stop=stop, phase=Stage.CALLS))

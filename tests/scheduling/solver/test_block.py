from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.calendar import SATURDAY, BlockRef
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rooms import rooms_used
from scheduling.rules.validation import validate
from scheduling.solver.block import build_block, solve_block, weekday_slots
from scheduling.solver.problem import Freeze, Problem, Stage
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status
from tests.scheduling.solver.solver_programs import (
    demo_block,
    demo_year,
    leave,
    locked,
    roster_of,
    settings,
)

SOLVED = ("usual", "bench")


@pytest.fixture(scope="module", params=[*SOLVED, "large"])
def solved(request: pytest.FixtureRequest) -> tuple[Problem, Solution]:
    problem = demo_block(request.param, 0, 5)
    return problem, solve_block(problem)


def _musts(problem: Problem, solution: Solution | None = None) -> set[tuple[object, ...]]:
    roster = locked(problem.roster)
    made = roster if solution is None else solution.applied(roster)
    found = validate(made, problem.window).findings
    return {(f.rule, f.person, f.start, f.part, f.about) for f in found if f.binding is Binding.MUST}


def test_a_block_is_solved_and_proved_in_every_tier(solved: tuple[Problem, Solution]) -> None:
    """All sizes, calls given."""
    _, solution = solved
    assert solution.status is Status.OPTIMAL
    assert all(t.proved for t in solution.tiers)
    assert solution.tiers[0].objective == 0


def test_a_solved_block_breaks_no_must_that_its_locks_do_not_force(solved: tuple[Problem, Solution]) -> None:
    """The independent checkers, locks and double bookings among them, find none that was not there before."""
    problem, solution = solved
    assert _musts(problem, solution) <= _musts(problem)


def test_every_open_weekday_half_day_is_filled(solved: tuple[Problem, Solution]) -> None:
    """Of faculty who are no adjuncts and of residents with a rotation."""
    problem, solution = solved
    made = solution.applied(problem.roster)
    for person in problem.roster.program.people:
        if person.is_adjunct or (person.is_resident and made.rotation_of(person.id, problem.window.start) is None):
            continue
        for slot in weekday_slots(problem):
            if not made.is_absent(person.id, slot):
                assert made.at(person.id, slot) is not None, (person.id, slot)


def test_rooms_stay_under_the_hard_limit_at_every_site(solved: tuple[Problem, Solution]) -> None:
    """Eight clinicians a slot and site at most."""
    problem, solution = solved
    made = solution.applied(problem.roster)
    for site in {p.site for p in problem.roster.program.people}:
        assert rooms_used(made, problem.window, problem.policy, site).max() <= problem.policy.rooms.hard


def test_locked_cells_are_not_touched(solved: tuple[Problem, Solution]) -> None:
    """Preloads are what they were, to the cell."""
    problem, solution = solved
    made = solution.applied(problem.roster)
    for cell in solution.cells:
        assert problem.is_free(cell.person, cell.slot)
        assert made.source_at(cell.person, cell.slot) is Source.SOLVER


def _findings(problem: Problem, solution: Solution, rule: str) -> list[Finding]:
    made = solution.applied(locked(problem.roster))
    return [f for f in validate(made, problem.window).findings if f.rule == rule]


@pytest.mark.parametrize("size", SOLVED)
def test_what_the_training_tier_reports_is_what_the_checkers_find(size: str) -> None:
    """Shortfalls of requirements in the proof are the findings of the rule, no more and no fewer."""
    problem = demo_block(size, 0, 7)
    solution = solve_block(problem)
    stated = {
        (b.where.people[0], b.where.note) for t in solution.tiers for b in t.breaches if b.name == "prog.requirement"
    }
    assert {(f.person, f.about) for f in _findings(problem, solution, "prog.requirement")} == stated


def test_a_night_of_a_block_nobody_can_take_is_a_visible_gap() -> None:
    """Also where nobody can even be asked."""
    program, record = demo_year()
    block = program.calendar.block(BlockRef(2026, 5))
    monday = next(n for n in block.window if n.isoweekday() == 1)
    away = tuple(leave(p.id, monday) for p in program.people if p.is_faculty)
    program = replace(program, absences=(*program.absences, *away))
    kept = {n: p for n, p in record.calls.items() if n not in block.window or n.isoweekday() in (5, 6)}
    base = roster_of(program, replace(record, calls=kept), block.window.widen(35, 14))
    solution = solve_block(Problem(Stage.BLOCK, base, block.window, calls_free=True, settings=settings()))
    assert solution.gaps == (Slot(monday, Part.NIGHT),)


def test_calls_may_be_free_in_a_block() -> None:
    """The nights are decided with the half-days; PCAT and DO follow, also over the block's edge."""
    program, record = demo_year()
    block = program.calendar.block(BlockRef(2026, 5))
    kept = {n: p for n, p in record.calls.items() if n not in block.window or n.isoweekday() in (5, 6)}
    base = roster_of(program, replace(record, calls=kept), block.window.widen(35, 14))
    problem = Problem(Stage.BLOCK, base, block.window, calls_free=True, settings=settings())
    solution = solve_block(problem)
    assert solution.status is Status.OPTIMAL
    assert not solution.gaps
    assert {n for n, _ in solution.calls} == {n for n in block.window if n.isoweekday() not in (5, 6)}
    assert not _findings(problem, solution, "prog.post_call_tied")
    assert not _findings(problem, solution, "prog.call_absent")
    last = solution.calls[-1]
    assert last[0] == block.end
    after = {(c.slot.part, c.activity) for c in solution.cells if c.slot.date > block.end and c.person == last[1]}
    assert after == {(Part.AM, "PCAT"), (Part.PM, "DO")}


def test_frozen_cells_hold() -> None:
    """A frozen week and a frozen person keep what the base says; the rest is decided."""
    problem = demo_block("usual", 0, 5)
    made = solve_block(problem).applied(problem.roster)
    week = Window(problem.window.start, problem.window.start + dt.timedelta(6))
    frozen = (Freeze(week), Freeze(problem.window, "fac-06"))
    again = solve_block(Problem(Stage.BLOCK, made, problem.window, base=made, frozen=frozen, settings=settings(seed=3)))
    assert again.status is Status.OPTIMAL
    assert not [c for c in again.cells if c.slot.date in week or c.person == "fac-06"]
    assert {c.slot.date for c in again.cells}


def test_a_re_solve_of_a_solved_block_changes_nothing() -> None:
    """The old schedule is the base, and nothing in it is broken: every cell stays, whatever the seed."""
    problem = demo_block("usual", 0, 5)
    first = solve_block(problem)
    base = first.applied(problem.roster)
    again = solve_block(Problem(Stage.BLOCK, base, problem.window, base=base, settings=settings(seed=11)))
    assert again.cells == first.cells


def test_a_re_solve_after_an_absence_touches_the_affected_weeks_only() -> None:
    """And costs no more than solving everything anew."""
    problem = demo_block("usual", 0, 5)
    first = solve_block(problem)
    base = first.applied(problem.roster)
    at_work = [c for c in first.cells if c.person == "fac-07" and c.activity == "AT"]
    day = at_work[len(at_work) // 2].slot.date
    program = replace(base.program, absences=(*base.program.absences, leave("fac-07", day)))
    absent = base.absent.copy()
    absent[base.row("fac-07"), base.day(day)] = True
    now = replace(base, program=program, absent=absent)
    whole = solve_block(Problem(Stage.BLOCK, now, problem.window, base=base, settings=settings()))
    monday = day - dt.timedelta(day.isoweekday() - 1)
    freed = (Window(monday, monday + dt.timedelta(6)),)
    part = solve_block(Problem(Stage.BLOCK, now, problem.window, base=base, freed=freed, settings=settings()))
    moved = {(c.person, c.slot) for c in part.cells if base.at(c.person, c.slot) != c.activity}
    assert all(slot.date in freed[0] for _, slot in moved)
    assert part.score[:2] <= whole.score[:2]
    after = part.applied(now)
    assert not [f for f in validate(after, problem.window).findings if f.rule == "prog.supervision"]


def test_weekends_and_holidays_are_left_alone() -> None:
    """Nothing is decided on a Saturday, a Sunday or a holiday."""
    problem = demo_block("usual", 0, 5)
    holidays = problem.roster.program.holidays
    cells = [slot for _, slot, _ in build_block(problem).variables.decided()]
    assert cells
    assert all(s.date.isoweekday() < SATURDAY and s.date not in holidays for s in cells)


def test_adjuncts_are_never_scheduled() -> None:
    """They are placed by hand only."""
    problem = demo_block("usual", 0, 5)
    adjuncts = {p.id for p in problem.roster.program.people if p.is_adjunct}
    assert adjuncts
    assert not adjuncts & {c.person for c in solve_block(problem).cells}


def test_an_absent_person_is_not_scheduled() -> None:
    """No decided cell lies in an absence."""
    problem = demo_block("usual", 0, 5)
    solution = solve_block(problem)
    assert not [c for c in solution.cells if problem.roster.is_absent(c.person, c.slot)]
    assert [
        s for s in weekday_slots(problem) for p in problem.roster.program.people if problem.roster.is_absent(p.id, s)
    ]


def test_lectures_are_kept() -> None:
    """No decided cell of a resident who is not exempt holds other work in lecture time."""
    problem = demo_block("usual", 0, 5)
    solution = solve_block(problem)
    decided = {(c.person, c.slot) for c in solution.cells}
    found = _findings(problem, solution, "prog.lecture")
    assert not [f for f in found if (f.person, Slot(f.start, f.part or Part.AM)) in decided]

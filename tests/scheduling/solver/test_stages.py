from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import SATURDAY, BlockRef, days, is_weekday_call
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.rules.finding import Binding
from scheduling.rules.rule import Tier
from scheduling.rules.validation import validate
from scheduling.services.keep_solution import certified
from scheduling.solver import solve as solver
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.days_off import solve_days_off
from scheduling.solver.parts import unfinished
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.progress import Listener, Progress, Stop
from scheduling.solver.release import release_duties
from scheduling.solver.rotations_year import solve_rotations
from scheduling.solver.sites import certify, sites_in, solve_by_sites
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status
from scheduling.solver.year import solve_year
from tests.scheduling.solver.solver_programs import YEAR, block_of, demo_block, demo_year, lock, roster_of, settings


@pytest.mark.parametrize("number", [5, 9])
def test_sites_solved_apart_score_as_well_as_the_block_as_one_model(number: int) -> None:
    """Four sites, the same proven objective in every tier, and the certificate says so."""
    problem = demo_block("large", 0, number)
    assert len(sites_in(problem)) == 4
    solution = solve_by_sites(problem)
    assert solution.status is Status.OPTIMAL
    certificate = certify(problem, solution)
    assert certificate.holds
    assert solution.score == tuple(bound for _, bound in certificate.bounds)


def test_a_block_of_many_sites_with_free_calls_is_proved_as_one() -> None:
    """Calls couple the sites: nights and half-days are decided together, with one proof."""
    program, record = demo_year("large")
    block = program.calendar.block(BlockRef(2026, 5))
    kept = {n: p for n, p in record.calls.items() if n not in block.window or not is_weekday_call(n)}
    base = release_duties(
        roster_of(program, replace(record, calls=kept), block.window.widen(35, 14)), block.window, weeks=False
    )
    problem = Problem(Stage.BLOCK, base, block.window, calls_free=True, settings=settings())
    solution = solve_by_sites(problem)
    assert solution.status is Status.OPTIMAL
    assert {n for n, _ in solution.calls} == {n for n in block.window if is_weekday_call(n)}
    assert not solution.gaps
    must = [f for f in validate(solution.applied(base), block.window).findings if f.binding is Binding.MUST]
    before = [f for f in validate(base, block.window).findings if f.binding is Binding.MUST]
    assert {(f.rule, f.start, f.person) for f in must} <= {(f.rule, f.start, f.person) for f in before}


def _open_ward(weeks: int = 4, **more: Absence) -> tuple[Problem, list[str]]:
    """The inpatient residents of a demonstration block with every day of theirs open."""
    program, record = demo_year()
    program = replace(program, absences=(*program.absences, *more.values()))
    problem = block_of(program, record, 5)
    roster, window = problem.roster, problem.window
    who = [
        p.id
        for p in program.people
        if p.is_resident and (r := roster.rotation_of(p.id, window.start)) is not None and r.activity == "FMIT"
    ]
    dates = [window.start + days(n) for n in range(7 * weeks)]
    for person in who:
        for date in dates:
            for part in (Part.AM, Part.PM):
                if not roster.is_absent(person, Slot(date, part)):
                    roster = lock(roster, person, Slot(date, part), None)
    problem = replace(problem, stage=Stage.DAYS_OFF, roster=roster, settings=settings())
    return problem, who


def test_days_off_are_as_many_as_the_rules_ask_for() -> None:
    """Four in 28 days for each resident on the ward, and no more: a date off costs."""
    problem, who = _open_ward()
    solution = solve_days_off(problem)
    assert solution.status is Status.OPTIMAL
    off = Counter(c.person for c in solution.cells if c.activity == "OFF" and c.slot.part is Part.AM)
    assert who
    assert {p: off[p] for p in who} == dict.fromkeys(who, 4)
    made = solution.applied(problem.roster)
    found = validate(made, problem.window, people=who).findings
    assert not [f for f in found if f.binding is Binding.MUST and f.rule.startswith("acgme")]


def test_days_off_do_not_fall_together() -> None:
    """The team is never short of more residents than a seventh, rounded up."""
    problem, who = _open_ward()
    solution = solve_days_off(problem)
    off = Counter(c.slot.date for c in solution.cells if c.activity == "OFF" and c.slot.part is Part.AM)
    assert max(off.values()) <= -(-len(who) // 7)


def test_leave_counts_as_no_day_off_and_asks_for_fewer() -> None:
    """A week away leaves 21 days: three of them free."""
    problem, who = _open_ward()
    away = who[0]
    program = replace(
        problem.roster.program,
        absences=(Absence("week", away, problem.window.start, problem.window.start + days(6)),),
    )
    base = problem.roster
    absent = base.absent.copy()
    absent[base.row(away), base.day(problem.window.start) : base.day(problem.window.start) + 7] = True
    again = replace(problem, roster=replace(base, program=program, absent=absent))
    solution = solve_days_off(again)
    off = Counter(c.person for c in solution.cells if c.activity == "OFF" and c.slot.part is Part.AM)
    assert off[away] == 3


def test_preloaded_wards_have_nothing_to_decide() -> None:
    """Their pattern stands."""
    problem = replace(demo_block("usual", 0, 5), stage=Stage.DAYS_OFF)
    assert solve_days_off(problem).cells == ()


def test_a_rotation_year_keeps_what_each_resident_does() -> None:
    """The same rotations as often as before, one per block, with leave outside the wards where that can be had."""
    program, record = demo_year()
    base = roster_of(program, record, YEAR)
    problem = Problem(Stage.ROTATIONS, base, YEAR, settings=settings())
    solution = solve_rotations(problem)
    assert solution.status is Status.OPTIMAL
    before = Counter((h.person, h.rotation) for h in record.halves if h.block.year == 2026)
    after = Counter((h.person, h.rotation) for h in solution.halves)
    short = {h.block for h in record.halves if h.half == 2} - {h.block for h in solution.halves if h.half == 2}
    for person in {h.person for h in solution.halves}:
        mine = sum(n for (p, _), n in after.items() if p == person)
        assert mine == sum(n for (p, _), n in before.items() if p == person) - len(short)
    places = Counter((h.person, h.block, h.half) for h in solution.halves)
    assert set(places.values()) == {1}


def test_released_duties_can_be_decided_anew() -> None:
    """Sunday-to-Thursday calls and what follows from them are open again, leave and holidays stand, weeks do not move."""
    program, record = demo_year()
    base = roster_of(program, record, YEAR.widen(7, 7))
    released = release_duties(base, YEAR, weeks=False)
    assert not [
        (p, s) for p, s, a in released.filled(YEAR) if a == "CALL" and is_weekday_call(s.date) and p in program.by_id
    ]
    assert not [s for _, s, a in released.filled(YEAR) if a == "PCAT" and is_weekday_call(s.date - days(1))]
    fmit = {(p, s) for p, s, a in base.filled(YEAR) if a == "FMIT"}
    assert {(p, s) for p, s, a in released.filled(YEAR) if a == "FMIT"} == fmit
    problem = Problem(Stage.CALLS, released, YEAR, calls_free=True, settings=settings())
    solution = solve_calls(problem)
    assert solution.status is Status.OPTIMAL
    assert len(solution.calls) == sum(is_weekday_call(d) for d in YEAR)


def test_a_year_is_solved_stage_by_stage() -> None:
    """Weeks and calls, then every block: no must that the locks do not force, nothing left open, all parts proved."""
    program, record = demo_year()
    window = Window(dt.date(2026, 7, 2), dt.date(2026, 9, 23))
    base = release_duties(roster_of(program, record, YEAR.widen(7, 7)), window, weeks=True)
    problem = Problem(Stage.CALLS, base, window, weeks_free=True, calls_free=True, settings=settings())
    solution = solve_year(problem).solution
    assert solution.status is Status.OPTIMAL
    made = solution.applied(base)
    for person in program.people:
        if person.takes_call:
            for date in window:
                if date.isoweekday() < SATURDAY and not made.is_absent(person.id, Slot(date, Part.AM)):
                    assert made.at(person.id, Slot(date, Part.AM)) is not None, (person.id, date)
    must = [f for f in validate(made, window).findings if f.binding is Binding.MUST]
    locked_in = {f.person for f in must}
    assert all(f.rule.startswith("acgme") or f.person in locked_in for f in must)
    assert not [f for f in must if f.rule in ("prog.supervision", "prog.rooms", "prog.call_absent", "prog.credential")]
    assert {made.source_at(c.person, c.slot) for c in solution.cells} == {Source.SOLVER}


@dataclass
class _StopsAt:
    """Stops the search as soon as it hears of a phase."""

    phase: Stage
    stop: Stop = field(default_factory=Stop)

    def progress(self, progress: Progress) -> None:
        if progress.phase == self.phase:
            self.stop.set()

    def incumbent(self, tier: Tier, values: Sequence[int]) -> None:
        """Not looked at."""


def test_a_year_that_is_stopped_midway_keeps_what_it_has_and_proves_nothing() -> None:
    """Its calls were proved; of the blocks that are not decided nothing is known, so no tier of the year is called proved."""
    program, record = demo_year()
    window = Window(dt.date(2026, 7, 2), dt.date(2026, 9, 23))
    base = release_duties(roster_of(program, record, YEAR.widen(7, 7)), window, weeks=True)
    problem = Problem(Stage.CALLS, base, window, weeks_free=True, calls_free=True, settings=settings())
    ear = _StopsAt(Stage.BLOCK)
    solution = solve_year(problem, listener=ear, stop=ear.stop).solution
    assert solution.status is Status.CANCELLED
    assert {night for night, _ in solution.calls} >= {d for d in window if is_weekday_call(d)}
    assert not [tier for tier in solution.tiers if tier.proved]
    assert all("the rest is not" in sentence and "proved" not in sentence for sentence in solution.sentences)


def test_a_block_that_is_stopped_before_its_days_off_is_not_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its half-days stand, and it is not called optimal while wards are open."""
    wards, _ = _open_ward()
    problem = replace(wards, stage=Stage.BLOCK)
    stop = Stop()

    def stopped_afterwards(asked: Problem, *, listener: Listener, stop: Stop) -> Solution:
        found = solve_by_sites(asked, listener=listener, stop=stop)
        assert found.status is Status.OPTIMAL
        stop.set()
        return found

    monkeypatch.setattr(solver, "solve_by_sites", stopped_afterwards)
    solution = solver.solve(problem, stop=stop).solution
    assert solution.status is Status.CANCELLED
    assert solution.cells
    assert not [tier for tier in solution.tiers if tier.proved]
    monkeypatch.undo()
    assert solver.solve(problem).solution.status is Status.OPTIMAL


def test_a_certificate_of_the_half_days_does_not_make_an_unfinished_block_optimal() -> None:
    """What was never decided is not proved by the bound of what was."""
    problem = demo_block("large", 0, 5)
    solution = solve_by_sites(problem)
    certificate = certify(problem, solution)
    assert certified(solution, certificate)["status"] == "optimal"
    facts = certified(unfinished(solution, stopped=False), certificate)
    assert facts["status"] == "feasible"
    assert not any(tier["proved"] for tier in facts["tiers"])

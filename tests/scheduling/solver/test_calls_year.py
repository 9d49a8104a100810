from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace

import pytest

from scheduling.model.calendar import FRIDAY, SATURDAY, days, fmit_week, is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import shipped_policy
from scheduling.rules.call_equity import shares_of_pools
from scheduling.rules.rule import Tier
from scheduling.rules.validation import validate
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.fair_split import Claim, fair_bands
from scheduling.solver.problem import Freeze, Problem, Stage
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status
from tests.scheduling.solver.solver_programs import (
    YEAR,
    calls_problem,
    demo_year,
    leave,
    roster_of,
    settings,
    staff,
    without,
)

SEPTEMBER = Window(dt.date(2026, 9, 4), dt.date(2026, 10, 1))
"""Four whole inpatient weeks."""


@pytest.fixture(scope="module")
def year() -> tuple[Problem, Solution]:
    program, record = demo_year()
    bare = type(record)(record.year, record.halves)
    base = roster_of(program, bare, YEAR.widen(7, 7))
    problem = Problem(Stage.CALLS, base, YEAR, weeks_free=True, calls_free=True, settings=settings())
    return problem, solve_calls(problem)


def test_a_year_of_weeks_and_calls_is_solved_and_proved(year: tuple[Problem, Solution]) -> None:
    """Every night and week is staffed; safety and operations are met in full."""
    _, solution = year
    assert solution.status is Status.OPTIMAL
    assert solution.gaps == ()
    assert [t.objective for t in solution.tiers if t.tier is not Tier.PREFERENCE] == [0, 0, 0]
    assert len(solution.weeks) == 52
    assert all("proved" in sentence for sentence in solution.sentences)


def test_the_checkers_find_nothing_wrong_with_a_solved_year(year: tuple[Problem, Solution]) -> None:
    """No call or inpatient rule is broken but for what the preference tier says it broke."""
    problem, solution = year
    found = validate(solution.applied(problem.roster), YEAR).findings
    calls = [f for f in found if f.rule.startswith(("prog.call", "prog.fmit", "prog.post_call", "prog.one_caller"))]
    stated = sum(b.amount for t in solution.tiers for b in t.breaches if b.name.startswith("prog."))
    assert len(calls) <= stated


def test_friday_and_saturday_belong_to_the_weeks_attending(year: tuple[Problem, Solution]) -> None:
    """All 104 nights, and the recovery Friday after each week."""
    problem, solution = year
    applied = solution.applied(problem.roster)
    for week in solution.weeks:
        for night in (d for d in week.window if d.isoweekday() in (FRIDAY, SATURDAY) and d in YEAR):
            assert applied.at(week.person, Slot(night, Part.NIGHT)) == "CALL"
        friday = week.end + days(1)
        if friday in YEAR and applied.source_at(week.person, Slot(friday, Part.AM)) is not None:
            assert applied.at(week.person, Slot(friday, Part.AM)) in {"PC", "LV", "HOL"}


def test_equity_reaches_the_least_range_there_is(year: tuple[Problem, Solution]) -> None:
    """In each pool the range of calls per available day is the one arithmetic allows."""
    problem, solution = year
    for share in shares_of_pools(solution.applied(problem.roster), YEAR):
        bands = fair_bands(sum(share.held.values()), {p: Claim(n) for p, n in share.available.items()})
        assert all(bands[p].low <= share.held[p] <= bands[p].high for p in bands), share.pool


def test_nobody_takes_a_call_while_away_or_too_soon(year: tuple[Problem, Solution]) -> None:
    """Not in an absence, and at least three days after the one before."""
    problem, solution = year
    nights: dict[str, list[dt.date]] = {}
    for night, person in solution.calls:
        assert not problem.roster.is_absent(person, Slot(night, Part.NIGHT))
        if is_weekday_call(night):
            nights.setdefault(person, []).append(night)
    gaps = [(b - a).days for held in nights.values() for a, b in itertools.pairwise(held)]
    assert min(gaps) >= 3


def test_a_night_nobody_can_take_is_a_visible_gap() -> None:
    """Everybody is away on one Monday: the night is a gap, the others are staffed, and the sentence says so."""
    monday = dt.date(2026, 9, 14)
    program = staff(6, absences=[leave(f"fac-{n:02d}", monday) for n in range(1, 7)])
    solution = solve_calls(calls_problem(program, SEPTEMBER, settings=settings()))
    assert [slot.date for slot in solution.gaps] == [monday]
    assert "1 x call_gap" in solution.sentences[0]
    assert "proved" in solution.sentences[0]


def test_a_locked_call_and_a_locked_week_stand() -> None:
    """What is recorded stays, also where it breaks a rule: the rest is built around it."""
    program, record = demo_year()
    base = roster_of(program, record, SEPTEMBER.widen(30, 30))
    solution = solve_calls(Problem(Stage.CALLS, base, SEPTEMBER, weeks_free=True, calls_free=True, settings=settings()))
    assert solution.calls == ()
    assert solution.weeks == ()


def test_year_to_date_counts_in_equity() -> None:
    """Somebody who held more before the window gets less inside it."""
    program, record = demo_year()
    window = Window(dt.date(2026, 10, 1), dt.date(2026, 12, 30))
    greedy = {n: "fac-06" for n in Window(dt.date(2026, 7, 1), dt.date(2026, 9, 30)) if n.isoweekday() in (1, 3)}
    calls = {n: p for n, p in record.calls.items() if n not in window} | greedy
    base = roster_of(program, type(record)(record.year, record.halves, record.fmit, calls), YEAR)
    solution = solve_calls(Problem(Stage.CALLS, base, window, calls_free=True, settings=settings()))
    mine = [n for n, p in solution.calls if p == "fac-06" and n.isoweekday() in (1, 2, 3, 4)]
    others = [n for n, p in solution.calls if p == "fac-07" and n.isoweekday() in (1, 2, 3, 4)]
    assert len(mine) < len(others)


def test_a_re_solve_disturbs_only_what_it_must() -> None:
    """One new absence on a night of call: with the old schedule as base, hardly anything else moves."""
    program = staff(8)
    problem = calls_problem(program, SEPTEMBER, settings=settings())
    first = solve_calls(problem)
    taken = dict(first.calls)
    attending = {d: w.person for w in first.weeks for d in w.window}
    night = next(n for n in sorted(taken) if n.isoweekday() == 2 and attending[n] != taken[n])
    away = staff(8, absences=[leave(taken[night], night)])
    base = first.applied(problem.roster)
    again = solve_calls(calls_problem(away, SEPTEMBER, base=base, settings=settings()))
    moved = [n for n, p in again.calls if taken[n] != p]
    assert night in moved
    assert len(moved) <= 3


def test_only_the_freed_weeks_are_decided() -> None:
    """Nights outside them keep their callers, whatever that costs."""
    program = staff(8)
    problem = calls_problem(program, SEPTEMBER, settings=settings())
    first = solve_calls(problem)
    base = first.applied(problem.roster)
    freed = (Window(dt.date(2026, 9, 11), dt.date(2026, 9, 17)),)
    again = solve_calls(
        Problem(Stage.CALLS, base, SEPTEMBER, calls_free=True, base=base, freed=freed, settings=settings())
    )
    assert {n for n, _ in again.calls} == {n for n in freed[0] if is_weekday_call(n)}
    assert {(n, p) for n, p in first.calls if n in freed[0] and is_weekday_call(n)} == set(again.calls)


def test_a_rule_that_is_off_no_longer_binds() -> None:
    """With `prog.call_absent` off, an absent person may be given the night that nobody else can take."""
    monday = dt.date(2026, 9, 14)
    away = [leave(f"fac-{n:02d}", monday) for n in range(1, 7)]
    lax = staff(6, absences=away, policy=without(shipped_policy(), "prog.call_absent"))
    assert not solve_calls(calls_problem(lax, SEPTEMBER, settings=settings())).gaps


def test_weeks_do_not_follow_each_other_for_one_person() -> None:
    """With three people, nobody attends two weeks in a row."""
    solution = solve_calls(calls_problem(staff(3), SEPTEMBER, settings=settings()))
    ordered = [w.person for w in solution.weeks]
    assert len(ordered) == 4
    assert all(a != b for a, b in itertools.pairwise(ordered))
    assert all(fmit_week(w.start).end == w.end for w in solution.weeks)


def test_what_is_frozen_is_not_taken_by_what_follows_from_a_call() -> None:
    """The only one who could be asked has a frozen day after that night: the night is a gap rather than the day another."""
    monday, tuesday = dt.date(2026, 9, 14), dt.date(2026, 9, 15)
    program = staff(6, absences=[leave(f"fac-{n:02d}", monday) for n in range(1, 6)])
    free = calls_problem(program, SEPTEMBER, weeks_free=False, settings=settings())
    assert dict(solve_calls(free).calls)[monday] == "fac-06"
    frozen = replace(free, frozen=(Freeze(Window(tuesday, tuesday), "fac-06"),))
    assert [slot.date for slot in solve_calls(frozen).gaps] == [monday]

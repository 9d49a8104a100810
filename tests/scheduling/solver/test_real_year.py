from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

import pytest

from scheduling.model.calendar import BlockRef, is_weekday_call
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.part import Window
from scheduling.model.policy import shipped_policy
from scheduling.model.pools import Pool, PoolShare
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.roster import Roster
from scheduling.rules.call_equity import shares_of_pools
from scheduling.rules.finding import Binding
from scheduling.rules.validation import validate
from scheduling.services.importing.read_folder import read_folder
from scheduling.solver.block import solve_block, weekday_slots
from scheduling.solver.calls_year import solve_calls
from scheduling.solver.precheck import Kind, check_data
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.solution import Solution
from scheduling.solver.status import Status
from tests.real_year import FOLDER, NEEDED
from tests.scheduling.solver.solver_programs import locked, settings

WHOLE = Window(dt.date(2025, 6, 25), dt.date(2026, 7, 5))
NIGHTS = Window(dt.date(2025, 7, 1), dt.date(2026, 6, 28))
ELIGIBILITY = ("prog.call_own_fmit", "prog.call_post_fmit_sunday", "prog.call_adjunct")
CORE_ALL_YEAR = 8

pytestmark = NEEDED


@pytest.fixture(scope="module")
def real() -> tuple[Program, YearRecord]:
    source = read_folder(FOLDER, shipped_policy().catalogue)
    return source.program("real", Clock("Pacific/Honolulu", dt.date(2026, 2, 15))), source.record()


def _roster(program: Program, record: YearRecord, window: Window = WHOLE) -> Roster:
    return build_roster(program, window, first_schedules(program, record, template=False))


@pytest.fixture(scope="module")
def solved(real: tuple[Program, YearRecord]) -> tuple[Roster, Roster, Solution]:
    """The human year, the re-solved one, and the solution: FMIT weeks, their Fridays and Saturdays, and absences as recorded."""
    program, record = real
    kept = {n: p for n, p in record.calls.items() if not is_weekday_call(n) or n not in NIGHTS}
    base = _roster(program, replace(record, calls=kept))
    solution = solve_calls(Problem(Stage.CALLS, base, NIGHTS, calls_free=True, settings=settings(effort=30.0)))
    return _roster(program, record), solution.applied(base), solution


def _counts(roster: Roster) -> Counter[str]:
    """Findings of call rules on Sunday-to-Thursday nights."""
    return Counter(
        f.rule for f in validate(roster, NIGHTS).findings if f.rule.startswith("prog.call") and is_weekday_call(f.start)
    )


def _range(share: PoolShare, people: Iterable[str]) -> Fraction:
    rates = [share.rates[p] for p in people]
    return max(rates) - min(rates)


def test_the_years_calls_are_proved_with_every_night_staffed(solved: tuple[Roster, Roster, Solution]) -> None:
    """258 nights, no gap, every tier proved."""
    _, _, solution = solved
    assert solution.status is Status.OPTIMAL
    assert solution.gaps == ()
    assert len(solution.calls) == sum(is_weekday_call(d) for d in NIGHTS)


def test_no_night_breaks_eligibility_where_the_human_year_breaks_twenty_four(
    solved: tuple[Roster, Roster, Solution],
) -> None:
    """18 own-FMIT nights, 4 Sundays after, 2 adjunct nights and the calls inside leave come down to none."""
    human, ours, _ = solved
    before, after = _counts(human), _counts(ours)
    assert [before[r] for r in ELIGIBILITY] == [18, 4, 2]
    assert before["prog.call_absent"] > 0
    assert [after[r] for r in (*ELIGIBILITY, "prog.call_absent")] == [0, 0, 0, 0]
    assert after["prog.call_eve_of_leave"] <= before["prog.call_eve_of_leave"]


def test_equity_is_at_least_as_good_in_every_pool(solved: tuple[Roster, Roster, Solution]) -> None:
    """Calls per 100 available days, the range over the eight who were there most and over all ten."""
    human, ours, _ = solved
    theirs = {s.pool: s for s in shares_of_pools(human, NIGHTS)}
    mine = {s.pool: s for s in shares_of_pools(ours, NIGHTS)}
    assert set(mine) == set(Pool)
    there = mine[Pool.SUNDAY].available
    core = sorted(there, key=lambda p: -there[p])[:CORE_ALL_YEAR]
    for pool in Pool:
        assert _range(mine[pool], core) <= _range(theirs[pool], core), pool
        assert _range(mine[pool], there) <= _range(theirs[pool], there), pool


def test_calls_of_one_person_lie_at_least_three_days_apart(solved: tuple[Roster, Roster, Solution]) -> None:
    """The human year's smallest gap is two."""
    _, _, solution = solved
    nights: dict[str, list[dt.date]] = {}
    for night, person in solution.calls:
        nights.setdefault(person, []).append(night)
    assert min((b - a).days for held in nights.values() for a, b in itertools.pairwise(held)) >= 3


def test_block_ten_breaks_no_must_that_its_preloads_do_not_force(real: tuple[Program, YearRecord]) -> None:
    """Residents and faculty; the unassigned resident stays outside and is named; nothing else is left open."""
    program, record = real
    block = program.calendar.block(BlockRef(2025, 10))
    base = locked(_roster(program, record, block.window.widen(60, 30)))
    problem = Problem(Stage.BLOCK, base, block.window, settings=settings())
    solution = solve_block(problem)
    assert solution.status is Status.OPTIMAL
    made = solution.applied(base)

    def musts(roster: Roster) -> set[tuple[object, ...]]:
        found = validate(roster, block.window).findings
        return {(f.rule, f.person, f.start, f.part) for f in found if f.binding is Binding.MUST}

    assert musts(made) <= musts(base)
    unassigned = [t for t in check_data(problem) if t.kind is Kind.NO_ROTATION]
    assert [t.people for t in unassigned] == [("pgy3-04",)]
    assert "pgy3-04" not in {c.person for c in solution.cells}
    for person in program.people:
        if not person.is_adjunct and person.id != "pgy3-04":
            assert all(made.at(person.id, s) or made.is_absent(person.id, s) for s in weekday_slots(problem)), person.id


@pytest.mark.slow
@pytest.mark.fuzz
def test_every_block_of_the_year_is_proved(real: tuple[Program, YearRecord]) -> None:
    """All thirteen, each in well under a minute, none with a must of its own making."""
    program, record = real
    for block in program.calendar.blocks(2025):
        base = locked(_roster(program, record, block.window.widen(60, 30)))
        solution = solve_block(Problem(Stage.BLOCK, base, block.window, settings=settings()))
        assert solution.status is Status.OPTIMAL, block.ref
        assert solution.tiers[0].proved

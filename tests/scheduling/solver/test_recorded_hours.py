from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace

import pytest

from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import Part
from scheduling.model.roster import Roster
from scheduling.rules.catalog import BY_ID
from scheduling.solver.problem import Problem
from scheduling.solver.recorded_hours import outside, shared, within
from scheduling.solver.search import run
from scheduling.solver.solution import Solution
from scheduling.solver.stages import build_stage, read_stage
from scheduling.solver.status import Status
from tests.agreement.probe_house import BLOCK, MONDAY, policy
from tests.agreement.probes import PROBES

WHO = "pgy2-01"


def _record(kind: DutyKind, date: dt.date, start: int, end: int) -> DutyRecord:
    """Clock hours of one date; an end above 24 lies on the next."""
    return DutyRecord(f"{kind.value} {date}", WHO, kind, date, 60 * start, 60 * end)


def _probe(rule: str, records: Iterable[DutyRecord] = ()) -> Problem:
    probe = PROBES[rule]
    problem = probe.problem(policy(probe.beside, probe.prices, probe.extra))
    return replace(problem, roster=_with(problem.roster, records))


def _with(roster: Roster, records: Iterable[DutyRecord]) -> Roster:
    return replace(roster, program=replace(roster.program, duty_records=tuple(records)))


def _solved(problem: Problem) -> Solution:
    build = build_stage(problem)
    found = read_stage(build, run(build, problem.settings))
    assert found.status is Status.OPTIMAL
    return found


def _charged(rule: str, records: Iterable[DutyRecord]) -> set[tuple[dt.date, ...]]:
    """The dates of everything the rule prices."""
    return {c.where.dates for c in build_stage(_probe(rule, records)).ledger if c.name == rule}


def _findings(rule: str, problem: Problem, solution: Solution) -> int:
    return len(list(BY_ID[rule].check(solution.applied(problem.roster), problem.window, [WHO])))


def test_moonlighting_takes_its_hours_from_the_schedule() -> None:
    """Eighty hours are eighty hours: what was worked elsewhere is not there to be scheduled."""
    plain = _solved(_probe("acgme.6.20"))
    problem = _probe(
        "acgme.6.20", [_record(DutyKind.MOONLIGHTING, BLOCK.start + days(7 * n), 18, 30) for n in range(4)]
    )
    assert _findings("acgme.6.20", problem, plain) > 0
    assert _findings("acgme.6.20", problem, _solved(problem)) == 0


def test_hours_on_record_inside_scheduled_work_count_once() -> None:
    """A handover within the shift adds nothing: the same schedule is the best one."""
    plain = _solved(_probe("acgme.6.20"))
    worked = sorted({cell.slot.date for cell in plain.cells if cell.activity != "OFF"})
    problem = _probe("acgme.6.20", [_record(DutyKind.TRANSITION, date, 9, 10) for date in worked[:8]])
    assert _solved(problem).score == plain.score


@pytest.mark.parametrize("kind", [DutyKind.CALLED_IN, DutyKind.STAY, DutyKind.TRANSITION])
def test_a_date_with_hours_on_record_is_not_free(kind: DutyKind) -> None:
    """An hour called in at noon ends a free day, and another one takes its place."""
    plain = _solved(_probe("acgme.6.21.b"))
    off = sorted({cell.slot.date for cell in plain.cells if cell.activity == "OFF"})
    problem = _probe("acgme.6.21.b", [_record(kind, off[0], 12, 13)])
    again = _solved(problem)
    assert _findings("acgme.6.21.b", problem, again) == 0
    assert sorted({cell.slot.date for cell in again.cells if cell.activity == "OFF"} - set(off[:1])) != off[1:]


def test_moonlighting_does_not_end_a_free_day() -> None:
    """It counts in the hours alone."""
    plain = _solved(_probe("acgme.6.21.b"))
    off = sorted({cell.slot.date for cell in plain.cells if cell.activity == "OFF"})
    problem = _probe("acgme.6.21.b", [_record(DutyKind.MOONLIGHTING, off[0], 12, 13)])
    assert _solved(problem).score == plain.score


@pytest.mark.parametrize("kind", [DutyKind.STAY, DutyKind.TRANSITION])
def test_the_rest_after_call_begins_when_the_resident_left(kind: DutyKind) -> None:
    """Whoever left at 19:00 is not to be back at 8:00 of the day after; whoever left at 7:00 may."""
    back = (MONDAY, MONDAY + days(2))
    assert back not in _charged("acgme.6.21.a", [])
    assert back in _charged("acgme.6.21.a", [_record(kind, MONDAY + days(1), 7, 19)])


def test_a_late_handover_shortens_the_night() -> None:
    """From half past midnight to eight are no eight hours off."""
    thursday = MONDAY + days(3)
    late = DutyRecord("late", WHO, DutyKind.TRANSITION, thursday, 60 * 17, 60 * 24 + 30)
    night = (thursday, thursday + days(1))
    assert night not in _charged("acgme.6.21", [])
    assert night in _charged("acgme.6.21", [late])


def test_a_handover_does_not_make_a_duty_too_long() -> None:
    """It may follow twenty-four hours of work: the same schedule is the best one."""
    plain = _solved(_probe("acgme.6.22"))
    nights = [c.slot.date for c in plain.cells if c.activity == "LDC" and c.slot.part is Part.NIGHT]
    problem = _probe("acgme.6.22", [_record(DutyKind.TRANSITION, nights[0] + days(1), 8, 11)])
    assert _solved(problem).score == plain.score


def test_parts_of_spans_are_cut_exactly() -> None:
    """Ends are exclusive, and what touches does not overlap."""
    spans = [(0, 10), (20, 30)]
    assert list(within(spans, 5, 20)) == [(5, 10)]
    assert shared(spans, 5, 25) == 10
    assert shared(spans, 10, 20) == 0
    assert outside(spans, [(2, 4), (8, 22)]) == [(0, 2), (4, 8), (22, 30)]
    assert outside(spans, [(-5, 40)]) == []
    assert outside(spans, []) == spans

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential
from scheduling.model.policy import shipped_policy
from scheduling.model.program import Program
from scheduling.solver.infeasible import Core, explain
from scheduling.solver.problem import Problem
from scheduling.solver.stages import build_stage
from tests.scheduling.solver.solver_programs import (
    block_of,
    calls_problem,
    changed,
    demo_block,
    demo_year,
    leave,
    lock,
    staff,
    with_policy,
)

SEPTEMBER = Window(dt.date(2026, 9, 4), dt.date(2026, 10, 1))
MONDAY = dt.date(2026, 9, 14)
STRICT = shipped_policy().solve.profiles["strict"].insist


@dataclass(frozen=True)
class Planted:
    """A problem without a schedule, and rule, people and dates of the cause that its core must name."""

    problem: Problem
    rule: str
    people: frozenset[str] = frozenset()
    dates: frozenset[dt.date] = frozenset()
    insist: tuple[str, ...] = STRICT


def _callers(program: Program) -> list[str]:
    return [p.id for p in program.people if p.takes_call]


def _requirements(size: str = "usual", **figures: dict[str, int]) -> Problem:
    """A demonstration block in which every requirement of an activity has other figures."""
    program, record = demo_year(size)
    rows = [r.model_dump() for r in shipped_policy().requirements]
    for row in rows:
        row.update(figures.get(row["activity"] or "-".join(row["rotations"]), {}))
    return block_of(with_policy(program, changed(requirements=rows)), record)


def no_eligible_caller(size: str) -> Planted:
    """Everybody who takes call is away on one Monday."""
    count = {"usual": 10, "large": 40}[size]
    away = [leave(f"fac-{n:02d}", MONDAY) for n in range(1, count + 1)]
    everybody = frozenset(f"fac-{n:02d}" for n in range(1, count + 1))
    problem = calls_problem(staff(count, absences=away), SEPTEMBER, weeks_free=False)
    return Planted(problem, "prog.call_absent", everybody, frozenset({MONDAY}))


def no_supervisor(size: str) -> Planted:
    """Interns have their clinic on a Wednesday morning on which all faculty are away."""
    program, record = demo_year(size)
    wednesday = dt.date(2026, 11, 4)
    away = tuple(leave(p, wednesday) for p in _callers(program))
    problem = block_of(replace(program, absences=(*program.absences, *away)), record)
    return Planted(problem, "prog.supervision", dates=frozenset({wednesday}))


def rooms_cut(size: str) -> Planted:
    """One room where two people are locked into clinic."""
    program, record = demo_year(size)
    return Planted(block_of(with_policy(program, changed(rooms={"soft": 1, "hard": 1})), record), "prog.rooms")


def no_credential(size: str) -> Planted:
    """Sports medicine is required, and nobody holds the credential."""
    program, record = demo_year(size)
    people = tuple(replace(p, credentials=()) for p in program.people)
    return Planted(block_of(replace(program, people=people), record), "prog.credential")


def credential_expired(size: str) -> Planted:
    """The only credential for sports medicine ran out before the block."""
    program, record = demo_year(size)
    old = Credential("SM", expires=dt.date(2026, 8, 1))
    people = tuple(replace(p, credentials=(old,) if p.credentials else ()) for p in program.people)
    return Planted(block_of(replace(program, people=people), record), "prog.credential")


def requirement_too_large(size: str) -> Planted:
    """Nearly every half-day of a block is to be clinic, beside what the rotation itself asks for."""
    return Planted(_requirements(size, C={"least": 36, "target": 36, "most": 40}), "prog.requirement")


def slots_too_few(size: str) -> Planted:
    """More vasectomy clinics than its three slots a week can hold."""
    rows = [r.model_dump() for r in shipped_policy().requirements]
    for row in rows:
        if row["activity"] == "VAS":
            row.update(least=16, target=16, most=20)
    program, record = demo_year(size)
    problem = block_of(with_policy(program, changed(requirements=rows)), record)
    return Planted(problem, "prog.vas_slots")


def two_locked_callers(size: str) -> Planted:
    """Two people were locked to the same night by hand."""
    count = {"usual": 10, "large": 40}[size]
    problem = calls_problem(staff(count), SEPTEMBER, weeks_free=False)
    night = Slot(MONDAY, Part.NIGHT)
    roster = lock(lock(problem.roster, "fac-03", night, "CALL"), "fac-04", night, "CALL")
    return Planted(replace(problem, roster=roster), "prog.lock", frozenset({"fac-03", "fac-04"}), frozenset({MONDAY}))


def locks_in_conflict(size: str) -> Planted:
    """A call, and a clinic on the morning after it, were locked for the same person."""
    count = {"usual": 10, "large": 40}[size]
    problem = calls_problem(staff(count), SEPTEMBER, weeks_free=False)
    roster = lock(problem.roster, "fac-03", Slot(MONDAY, Part.NIGHT), "CALL")
    roster = lock(roster, "fac-03", Slot(MONDAY + dt.timedelta(1), Part.AM), "C")
    return Planted(replace(problem, roster=roster), "prog.post_call_tied", frozenset({"fac-03"}))


def attendings_too_few(size: str) -> Planted:
    """Procedures are locked for three residents in one slot, and one attending is left."""
    program, record = demo_year(size)
    thursday = dt.date(2026, 10, 29)
    faculty = _callers(program)
    away = tuple(leave(p, thursday) for p in faculty if p != "fac-06")
    problem = block_of(replace(program, absences=(*program.absences, *away)), record)
    roster = problem.roster
    residents = [p.id for p in program.people if p.is_resident and not p.site.endswith(("2", "3", "4"))]
    for resident in residents[:3]:
        roster = lock(roster, resident, Slot(thursday, Part.AM), "PROC")
    return Planted(replace(problem, roster=roster), "prog.supervision", dates=frozenset({thursday}))


PLANTED: tuple[Callable[[str], Planted], ...] = (
    no_eligible_caller,
    no_supervisor,
    rooms_cut,
    no_credential,
    credential_expired,
    requirement_too_large,
    slots_too_few,
    two_locked_callers,
    locks_in_conflict,
    attendings_too_few,
)


def _holds_without(problem: Problem, core: Core, insist: tuple[str, ...], left_out: int) -> bool:
    """True when the core's other conditions hold together: the one left out was needed."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - an independent solve

    build = build_stage(problem, explaining=True, insist=insist)
    for place, condition in enumerate(core.conditions):
        if place != left_out:
            build.model.add_bool_and([build.switches[condition]])
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    return solver.solve(build.model) in (cp_model.OPTIMAL, cp_model.FEASIBLE)


@pytest.mark.parametrize("plant", PLANTED, ids=lambda p: p.__name__)
def test_a_planted_cause_is_in_a_minimal_core(plant: Callable[[str], Planted]) -> None:
    """Verified by a second solve of the core alone, and by one solve per condition left out."""
    planted = plant("usual")
    core = explain(planted.problem, insist=planted.insist, ways_out=False)
    assert core is not None
    assert core.verified
    assert planted.rule in {c.rule for c in core.conditions}, [c.rule for c in core.conditions]
    assert planted.people <= {p for c in core.conditions for p in c.where.people}
    assert planted.dates <= {d for c in core.conditions for d in c.where.dates}
    for place in range(len(core.conditions)):
        assert _holds_without(planted.problem, core, planted.insist, place), core.conditions[place]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda p: p.__name__)
def test_ways_out_are_proved_and_cheapest_first(plant: Callable[[str], Planted]) -> None:
    """Up to three, each a set of conditions that the policy lets give way."""
    planted = plant("usual")
    core = explain(planted.problem, insist=planted.insist)
    assert core is not None
    assert 1 <= len(core.ways_out) <= 3
    assert [w.cost for w in core.ways_out] == sorted(w.cost for w in core.ways_out)
    assert len({w.conditions for w in core.ways_out}) == len(core.ways_out)
    prices = planted.problem.policy.solve.relax
    assert all(w.cost == sum(prices[c.rule] for c in w.conditions) for w in core.ways_out)


@pytest.mark.slow
@pytest.mark.parametrize("plant", PLANTED, ids=lambda p: p.__name__)
@pytest.mark.parametrize(("size", "seconds"), [("usual", 1.0), ("large", 3.0)])
def test_a_core_is_found_in_time(plant: Callable[[str], Planted], size: str, seconds: float) -> None:
    """A second for the usual program, three for the large one, on a quiet machine."""
    planted = plant(size)
    explain(planted.problem, insist=planted.insist, ways_out=False)
    started = time.process_time()
    core = explain(planted.problem, insist=planted.insist, ways_out=False)
    assert time.process_time() - started < seconds
    assert core is not None
    assert core.verified


def test_a_problem_with_a_schedule_has_no_core() -> None:
    """Also where everything the strict profile names is insisted on."""
    assert explain(demo_block("usual", 0, 5), insist=STRICT) is None


def test_the_message_names_all_who_are_absent() -> None:
    """One sentence for ten conditions."""
    planted = no_eligible_caller("usual")
    core = explain(planted.problem, insist=planted.insist, ways_out=False)
    assert core is not None
    assert {g.message for g in core.groups} == {
        "all 10 eligible callers are absent on Mon 14 Sep 2026",
        "a caller is needed on Mon 14 Sep 2026",
    }


def test_the_cheapest_way_out_of_an_unstaffed_night_is_a_visible_gap() -> None:
    """Cheaper than taking somebody's leave away."""
    planted = no_eligible_caller("usual")
    core = explain(planted.problem, insist=planted.insist)
    assert core is not None
    assert [c.rule for c in core.ways_out[0].conditions] == ["call_gap"]
    assert {c.rule for w in core.ways_out[1:] for c in w.conditions} == {"prog.call_absent"}

"""Problems without a schedule whose cause is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential
from scheduling.model.policy import shipped_policy
from scheduling.model.program import Program
from scheduling.solver.problem import Problem
from tests.scheduling.solver.solver_programs import (
    block_of,
    calls_problem,
    changed,
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

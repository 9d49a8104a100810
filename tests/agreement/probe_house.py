"""A small house for probes: one block, a few people, cells set as a probe needs them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from scheduling.model.absence import Absence
from scheduling.model.calendar import Block, BlockRef, Calendar, days
from scheduling.model.clock import Clock
from scheduling.model.overlay import build_roster
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential, FacultyRole, Kind, Person, WeeklyLimit
from scheduling.model.policy import ObjectiveProfile, Policy, PolicyHistory, shipped_policy
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.rotation import Pattern, Rotation, RotationHalf
from scheduling.model.version import BlockSchedule
from scheduling.solver.problem import Problem, Settings, Stage
from tests.scheduling.solver.solver_programs import ALWAYS, lock, locked

BLOCK: Block = Calendar().block(BlockRef(2026, 5))
"""Thursday 22 October to Wednesday 18 November 2026."""
MONDAY = dt.date(2026, 10, 26)
FRIDAY = dt.date(2026, 10, 23)
HALF_DAYS = (Part.AM, Part.PM)
CARDIOLOGY = Rotation("Cardiology", "ELEC", Pattern.OUTPATIENT)
Cells = Mapping[tuple[str, dt.date, Part], str]


def attending(number: int = 1, **more: Any) -> Person:
    """A faculty member of the core."""
    return Person(f"fac-{number:02d}", Kind.FACULTY, more.pop("role", FacultyRole.CORE), **more)


def trainee(pgy: int = 2, number: int = 1) -> Person:
    """A resident."""
    return Person(f"pgy{pgy}-{number:02d}", Kind.RESIDENT, pgy_by_year={2026: pgy})


def policy(
    off: Sequence[str] = (), prices: Mapping[str, int] | None = None, extra: Mapping[str, Any] | None = None
) -> Policy:
    """The shipped policy with rules off, other prices, and whole sections replaced."""
    plain = shipped_policy().model_dump()
    for section, figures in (extra or {}).items():
        plain[section] = {**plain[section], **figures} if isinstance(figures, Mapping) else figures
    plain["rules"] = {**plain["rules"], "off": tuple(off)}
    plain["solve"]["profiles"]["standard"] = ObjectiveProfile(prices=prices or {}).model_dump()
    return Policy.model_validate(plain)


def house(
    people: Sequence[Person],
    rules: Policy,
    *,
    rotations: Mapping[str, Rotation] | None = None,
    absences: Sequence[Absence] = (),
    window: Window | None = None,
) -> Roster:
    """An empty roster of the block and two weeks on either side; residents are in Cardiology unless told otherwise."""
    program = Program(
        "probe",
        clock=Clock("America/New_York", BLOCK.start),
        people=tuple(sorted(people, key=lambda p: p.id)),
        policies=PolicyHistory(((ALWAYS, rules),)),
        absences=tuple(absences),
    )
    halves = [
        RotationHalf(p.id, BLOCK.ref, half, (rotations or {}).get(p.id, CARDIOLOGY))
        for p in people
        if p.is_resident
        for half in (1, 2)
    ]
    blocks = program.calendar.blocks_in(BLOCK.window.widen(14, 14))
    schedules = [BlockSchedule.of(b, [], halves if b == BLOCK else []) for b in blocks]
    wide = (window or BLOCK.window).widen(14, 14)
    return build_roster(program, wide, schedules, recorded_calls=BLOCK.window)


def with_cells(roster: Roster, cells: Cells, source: Source) -> Roster:
    """The roster with cells set."""
    for (person, date, part), code in cells.items():
        roster = lock(roster, person, Slot(date, part), code, source)
    return roster


def asked(
    roster: Roster,
    stage: Stage = Stage.BLOCK,
    *,
    window: Window | None = None,
    locks: Cells | None = None,
    base: Cells | None = None,
    **more: Any,
) -> Problem:
    """A problem on the roster with these cells locked by hand, and a base that holds others."""
    start = with_cells(roster, locks or {}, Source.MANUAL)
    before = with_cells(start, base, Source.SOLVER) if base is not None else None
    return Problem(stage, locked(start), window or BLOCK.window, base=before, settings=Settings(effort=6.0), **more)


def every_day(person: str, code: str, parts: Sequence[Part] = HALF_DAYS, window: Window | None = None) -> Cells:
    """The same activity on every date."""
    return {(person, d, part): code for d in window or BLOCK.window for part in parts}


def credentials(*codes: str) -> tuple[Credential, ...]:
    """Valid ones."""
    return tuple(Credential(code) for code in codes)


def most(**figures: int) -> dict[str, WeeklyLimit]:
    """Weekly caps."""
    return {code: WeeklyLimit(0, figure) for code, figure in figures.items()}


def all_known(roster: Roster) -> Roster:
    """Every day counts as covered by a version."""
    return replace(roster, known=np.ones_like(roster.known))


def week(start: dt.date) -> Window:
    """Seven dates."""
    return Window(start, start + days(6))

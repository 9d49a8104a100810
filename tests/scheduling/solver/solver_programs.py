"""Programs to solve: the demonstration year, the real one, and small ones by hand."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from scheduling.model.absence import Absence
from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, days
from scheduling.model.clock import Clock
from scheduling.model.first_version import first_schedules
from scheduling.model.overlay import build_roster
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.policy import ObjectiveProfile, Policy, PolicyHistory, shipped_policy
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.roster import NO_SOURCE, Lock, Roster
from scheduling.services.demonstration.build_demo import build_demo
from scheduling.solver.problem import Problem, Settings, Stage

YEAR = Window(dt.date(2026, 7, 1), dt.date(2027, 6, 30))
ALWAYS = dt.date(2020, 1, 1)


@functools.cache
def demo_year(size: str = "usual", seed: int = 0) -> tuple[Program, YearRecord]:
    """The demonstration program and what is recorded of its year."""
    made = build_demo(size, seed)
    return made.program("demo", Clock("America/New_York", dt.date(2026, 11, 2))), made.record()


def roster_of(program: Program, record: YearRecord, window: Window) -> Roster:
    """Preloads alone, no template: what a solve starts from."""
    return build_roster(program, window, first_schedules(program, record, template=False))


@functools.cache
def demo_block(size: str = "usual", seed: int = 0, number: int = 5, **more: Any) -> Problem:
    """A block of the demonstration year with its calls given."""
    program, record = demo_year(size, seed)
    block = program.calendar.block(BlockRef(2026, number))
    return Problem(Stage.BLOCK, roster_of(program, record, block.window.widen(35, 14)), block.window, **more)


def staff(count: int, *, absences: Sequence[Absence] = (), policy: Policy | None = None, **more: Any) -> Program:
    """A program of `count` faculty members: the five roles first, then core."""
    roles = [
        FacultyRole.PD,
        FacultyRole.APD,
        FacultyRole.OIC,
        FacultyRole.DEPT_CHIEF,
        FacultyRole.SPORTS_MED,
        *[FacultyRole.CORE] * count,
    ]
    people = tuple(Person(f"fac-{n:02d}", Kind.FACULTY, roles[n - 1]) for n in range(1, count + 1))
    policies = PolicyHistory(((ALWAYS, policy),)) if policy else PolicyHistory()
    return Program("small", people=people, absences=tuple(absences), policies=policies, **more)


def calls_problem(program: Program, window: Window, *, weeks_free: bool = True, **more: Any) -> Problem:
    """The nights of an empty roster, and its inpatient weeks."""
    base = build_roster(program, window.widen(14, 14), [])
    return Problem(Stage.CALLS, base, window, weeks_free=weeks_free, calls_free=True, **more)


def with_policy(program: Program, policy: Policy) -> Program:
    """The program under another policy, always in force."""
    return replace(program, policies=PolicyHistory(((ALWAYS, policy),)))


def changed(policy: Policy | None = None, **sections: Any) -> Policy:
    """A policy with some figures changed by section."""
    plain = (policy or shipped_policy()).model_dump()
    for section, figures in sections.items():
        plain[section] = {**plain[section], **figures} if isinstance(plain[section], dict) else figures
    return Policy.model_validate(plain)


def without(policy: Policy, *rules: str) -> Policy:
    """The policy with these rules off."""
    return changed(policy, rules={"off": (*policy.rules.off, *rules)})


def priced(policy: Policy, *, insist: Iterable[str] = (), **prices: int) -> Policy:
    """The policy with other prices in its standard profile."""
    profile = ObjectiveProfile(prices=prices, insist=tuple(insist))
    return changed(policy, solve={"profiles": {**policy.solve.profiles, "standard": profile}})


def settings(**more: Any) -> Settings:
    """Settings with a small effort."""
    return Settings(**{"effort": 20.0, **more})


def locked(roster: Roster) -> Roster:
    """The roster as a solve is bound to keep it: its locked cells, for `prog.lock` to look at."""
    found = []
    for person in roster.program.people:
        for date in roster.window:
            for part in PARTS:
                slot = Slot(date, part)
                source, code = roster.source_at(person.id, slot), roster.at(person.id, slot)
                if source is not None and source.locked and code is not None:
                    found.append(Lock(person.id, slot, code, source))
    return replace(roster, locks=tuple(found))


def leave(person: str, first: dt.date, length: int = 1) -> Absence:
    """Approved leave of some days."""
    return Absence(f"{person}-{first}", person, first, first + days(length - 1))


def block_of(program: Program, record: YearRecord, number: int = 5, **more: Any) -> Problem:
    """A block of a year, preloaded anew: absences and policies of the program count."""
    block = program.calendar.block(BlockRef(record.year, number))
    return Problem(Stage.BLOCK, roster_of(program, record, block.window.widen(35, 14)), block.window, **more)


def lock(roster: Roster, person: str, slot: Slot, code: str | None, source: Source = Source.MANUAL) -> Roster:
    """The roster with one more cell locked by hand; None opens it."""
    cells, sources = roster.cells.copy(), roster.sources.copy()
    where = (roster.row(person), roster.day(slot.date), int(slot.part))
    cells[where] = Catalogue.OPEN if code is None else roster.catalogue.index(code)
    sources[where] = NO_SOURCE if code is None else SOURCES.index(source)
    return replace(roster, base=cells.copy(), cells=cells, sources=sources)

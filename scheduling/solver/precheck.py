"""Data checks before a solve: what cannot work whatever the search does, with the rows at fault named."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.catalog import RULES, is_on
from scheduling.rules.finding import Binding
from scheduling.rules.rule import CheckOnly, on
from scheduling.rules.sites import said_at, sites_of
from scheduling.rules.supervision import measure
from scheduling.solver.block import weekday_slots
from scheduling.solver.problem import Problem, Stage
from scheduling.solver.shares import shares_in


class Kind(StrEnum):
    """What a data check found."""

    NEVER_AVAILABLE = "never_available"
    REQUIREMENT = "requirement"
    CREDENTIAL = "credential"
    NO_CALLER = "no_caller"
    PRELOAD = "preload"
    NO_ROTATION = "no_rotation"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One row at fault. None of them stops a solve: each says what the result will lack, and where to mend it."""

    kind: Kind
    people: tuple[str, ...]
    start: dt.date
    end: dt.date
    message: str


def check_data(problem: Problem) -> tuple[Trouble, ...]:
    """Everything found, by kind and date."""
    checks = [_preloads]
    if problem.stage is Stage.BLOCK:
        checks += [_unsupervised, _never_available, _unassigned, _requirements, _credentials]
    if problem.calls_free or problem.stage is Stage.CALLS:
        checks.append(_callers)
    return tuple(trouble for check in checks for trouble in check(problem))


def _preloads(problem: Problem) -> Iterator[Trouble]:
    """Locked cells that break a must by themselves: recorded facts stand, and are findings of the result too."""
    roster, window = problem.roster, problem.window
    facts = _locked_only(problem)
    people = [p.id for p in roster.program.people]
    for rule in RULES:
        if (
            rule.binding is not Binding.MUST
            or not is_on(rule, problem.policy)
            or isinstance(rule.enforcement, CheckOnly)
        ):
            continue
        if rule.id in ("prog.supervision", "prog.credential"):
            continue
        for found in rule.check(facts, window, people):
            if found.binding is Binding.MUST:
                who = (found.person,) if found.person else ()
                yield Trouble(Kind.PRELOAD, who, found.start, found.end, f"recorded already: {found.message}")


def _unsupervised(problem: Problem) -> Iterator[Trouble]:
    """Slots in which the locked residents ask for more attendings than there can be."""
    facts, people = _locked_only(problem), problem.roster.program.people
    for site, slot in itertools.product(sites_of(facts), weekday_slots(problem)):
        policy = facts.policy(slot.date)
        there = measure(facts, on(slot.date), policy, site)
        needed, supply = int(there.needed[0, slot.part]), int(there.supply[0, slot.part])
        could = [
            p.id
            for p in people
            if p.site == site
            and p.active
            and p.takes_call
            and problem.is_free(p.id, slot)
            and not facts.is_absent(p.id, slot)
        ]
        if needed > supply + len(could):
            text = f"recorded already: {slot} asks for {needed} attendings{said_at(site)}, {supply + len(could)} can be there"
            yield Trouble(Kind.PRELOAD, (), slot.date, slot.date, text)


def _locked_only(problem: Problem) -> Roster:
    """The roster with every free cell of the window opened."""
    roster = problem.roster
    cells = roster.cells.copy()
    for person in roster.program.people:
        for date in problem.window:
            for part in Part:
                if problem.is_free(person.id, Slot(date, part)):
                    cells[roster.row(person.id), roster.day(date), part] = Catalogue.OPEN
    return replace(roster, cells=cells)


def _never_available(problem: Problem) -> Iterator[Trouble]:
    """People to be scheduled who are away on every weekday half-day."""
    slots, window = weekday_slots(problem), problem.window
    for person in problem.roster.program.people:
        schedulable = person.active and (person.takes_call or person.is_resident) and problem.decides(person.id)
        if schedulable and slots and all(problem.roster.is_absent(person.id, s) for s in slots):
            text = f"{person.id} is absent on every weekday from {window.start} to {window.end}"
            yield Trouble(Kind.NEVER_AVAILABLE, (person.id,), window.start, window.end, text)


def _unassigned(problem: Problem) -> Iterator[Trouble]:
    """Residents without a rotation stay outside."""
    roster, window = problem.roster, problem.window
    for person in roster.program.people:
        if person.active and person.is_resident and all(roster.rotation_of(person.id, d) is None for d in window):
            text = f"{person.id} has no rotation from {window.start} to {window.end} and stays unassigned"
            yield Trouble(Kind.NO_ROTATION, (person.id,), window.start, window.end, text)


def _requirements(problem: Problem) -> Iterator[Trouble]:
    """Requirements larger than the half-days that hold them already or are open."""
    roster = problem.roster
    for block in roster.program.calendar.blocks_in(problem.window):
        slots = [s for s in weekday_slots(problem) if s.date in block.window]
        for person in roster.program.people:
            if not (person.active and person.is_resident and problem.decides(person.id)):
                continue
            free = [s for s in slots if problem.is_free(person.id, s) and not roster.is_absent(person.id, s)]
            shares = shares_in(roster, person.id, block)
            for share in shares:
                held = _held(problem, person.id, block.window, share.activity)
                if share.least > held + len(free):
                    text = (
                        f"{person.id} needs {share.least} half-days of {share.activity} in block {block.ref}, "
                        f"holds {held} and has {len(free)} open"
                    )
                    yield Trouble(Kind.REQUIREMENT, (person.id,), block.start, block.end, text)
            needed = sum(max(0, s.least - _held(problem, person.id, block.window, s.activity)) for s in shares)
            if needed > len(free):
                text = (
                    f"{person.id} needs {needed} more half-days in block {block.ref} than the {len(free)} that are open"
                )
                yield Trouble(Kind.REQUIREMENT, (person.id,), block.start, block.end, text)


def _held(problem: Problem, person: str, window: Window, activity: str) -> int:
    slots = (Slot(d, part) for d in window for part in (Part.AM, Part.PM) if not problem.is_free(person, Slot(d, part)))
    return sum(problem.roster.at(person, s) == activity for s in slots)


def _credentials(problem: Problem) -> Iterator[Trouble]:
    """Procedures somebody must get and nobody may lead, for want of a credential or because it expired."""
    roster, window = problem.roster, problem.window
    for block in roster.program.calendar.blocks_in(window):
        wanted: dict[str, set[str]] = {}
        for person in roster.program.people:
            if person.active and person.is_resident:
                for share in shares_in(roster, person.id, block):
                    if share.target and roster.policy(block.start).catalogue[share.activity].needs_credential:
                        wanted.setdefault(share.activity, set()).add(person.id)
        for code, residents in sorted(wanted.items()):
            faculty = [p for p in roster.program.people if p.active and p.takes_call]
            holders = [p for p in faculty if any(c.code == code for c in p.credentials)]
            if any(p.credential(code, d) for p in holders for d in block.window):
                continue
            lapsed = f" (expired: {', '.join(p.id for p in holders)})" if holders else ""
            text = f"nobody holds a valid credential for {code} in block {block.ref}{lapsed}, which {len(residents)} are to get"
            yield Trouble(Kind.CREDENTIAL, tuple(sorted(residents)), block.start, block.end, text)


def _callers(problem: Problem) -> Iterator[Trouble]:
    """Free Sunday-to-Thursday nights on which everybody who takes call is away."""
    roster = problem.roster
    callers = [p.id for p in roster.program.people if p.active and p.takes_call]
    for night in problem.window:
        slot = Slot(night, Part.NIGHT)
        code = roster.policy(night).call.activity
        if not is_weekday_call(night) or roster.holders(code, slot):
            continue
        if all(roster.is_absent(p, slot) for p in callers):
            text = f"all {len(callers)} eligible callers are absent on {night:%a} {night}"
            yield Trouble(Kind.NO_CALLER, tuple(callers), night, night, text)

"""Capacity against coverage: who is there, beside what nights, attending time, rooms and procedures ask for.

Demands are counted from below (what requirements ask for at least) and capacity from above, so what is said here is certain.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator

from scheduling.model.calendar import Block, academic_year, is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Person
from scheduling.rules.sites import said_at
from scheduling.solver.block import weekday_slots
from scheduling.solver.calls_year import may_be_asked
from scheduling.solver.examine.question import About, Warn
from scheduling.solver.problem import Problem
from scheduling.solver.shares import shares_in
from scheduling.solver.weeks import week_of


def capacity(problem: Problem) -> Iterator[Warn]:
    """Every shortage, nights first."""
    yield from _nights(problem)
    for block in problem.roster.program.calendar.blocks_in(problem.window):
        for site in sorted({p.site for p in problem.roster.program.people if p.active}):
            yield from _site(problem, block, site)
        yield from _procedures(problem, block)


def _nights(problem: Problem) -> Iterator[Warn]:
    """Weeks of nights that nobody, or too few people far enough apart, can take. Locked inpatient weeks count."""
    roster = problem.roster
    weeks: dict[Window, list[dt.date]] = defaultdict(list)
    for night in problem.window:
        if is_weekday_call(night):
            weeks[week_of(night + dt.timedelta(days=1))].append(night)
    callers = [p for p in roster.program.people if p.active and p.takes_call]
    for nights in weeks.values():
        free = {p.id: [n for n in nights if _may_call(problem, p, n)] for p in callers}
        spacing = roster.policy(nights[0]).call.spacing_days
        most = sum(_apart(mine, spacing) for mine in free.values())
        there = tuple(p for p, mine in free.items() if mine)
        if most < len(nights):
            text = (
                f"{len(nights)} nights from {nights[0]} to {nights[-1]} need a caller; the {len(there)} people "
                f"who are there can take {most}, more than {spacing} days apart"
            )
            rules = ("call_gap", "prog.call_spacing")
            yield Warn(About.CAPACITY, rules, text, there, (nights[0], nights[-1]))


def _may_call(problem: Problem, person: Person, night: dt.date) -> bool:
    roster = problem.roster
    code = roster.policy(night).call.fmit_activity
    team = any(roster.at(person.id, Slot(night, part)) == code for part in (Part.AM, Part.PM))
    slot = Slot(night, Part.NIGHT)
    return may_be_asked(person, slot) and not roster.is_absent(person.id, slot) and not team


def _apart(nights: list[dt.date], spacing: int) -> int:
    """How many of the nights one person can have with more than `spacing` days from one to the next."""
    count, last = 0, None
    for night in nights:
        if last is None or (night - last).days > spacing:
            count, last = count + 1, night
    return count


def _site(problem: Problem, block: Block, site: str) -> Iterator[Warn]:
    """Attending time and rooms at one site over a block."""
    roster, policy = problem.roster, problem.roster.policy(block.start)
    slots = [s for s in weekday_slots(problem) if s.date in block.window]
    people = [p for p in roster.program.people if p.active and p.site == site]
    units = rooms = 0
    year = academic_year(block.end)
    for person in (p for p in _residents(problem) if p.site == site):
        own = policy.supervision.pgy1_units if person.pgy(year) == 1 else policy.supervision.senior_units
        for share in shares_in(roster, person.id, block):
            activity = policy.catalogue[share.activity]
            if activity.needs_supervision:
                units += share.least * (own + activity.supervision_extra)
            if activity.uses_room and not activity.room_once:
                rooms += share.least
    faculty = [p for p in people if p.takes_call]
    could = sum(_could_attend(problem, p, slot) for p in faculty for slot in slots)
    needed = -(-units // policy.supervision.units_per_attending)
    dates = (block.start, block.end)
    if needed > could:
        text = (
            f"required clinic asks for at least {needed} half-days of attending time in block {block.ref}{said_at(site)}, "
            f"{could} half-days of faculty are there"
        )
        yield Warn(About.CAPACITY, ("prog.supervision", "prog.requirement"), text, (), dates)
    for limit, rule in ((policy.rooms.hard, "prog.rooms"), (policy.rooms.soft, "room_soft")):
        if rooms > limit * len(slots):
            text = (
                f"required clinic takes at least {rooms} rooms by the half-day in block {block.ref}{said_at(site)}, "
                f"{limit} rooms in {len(slots)} half-days are {limit * len(slots)}"
            )
            yield Warn(About.CAPACITY, (rule, "prog.requirement"), text, (), dates)
            break


def _could_attend(problem: Problem, person: Person, slot: Slot) -> bool:
    """The half-day is theirs to fill on a day they work, or they attend in it already."""
    roster = problem.roster
    held = roster.at(person.id, slot)
    if held is not None and not problem.is_free(person.id, slot):
        return roster.policy(slot.date).catalogue[held].supplies_supervision
    works = not person.available_weekdays or slot.date.isoweekday() in person.available_weekdays
    return works and not roster.is_absent(person.id, slot)


def _procedures(problem: Problem, block: Block) -> Iterator[Warn]:
    """A resident who is to get more of a procedure than its credentialed faculty have half-days for."""
    roster, policy = problem.roster, problem.roster.policy(block.start)
    wanted: dict[str, tuple[int, str]] = {}
    for person in _residents(problem):
        for share in shares_in(roster, person.id, block):
            if policy.catalogue[share.activity].needs_credential:
                wanted[share.activity] = max(wanted.get(share.activity, (0, "")), (share.least, person.id))
    for code, (least, resident) in sorted(wanted.items()):
        only = policy.catalogue[code].only_slots
        led = sum(
            any(_may_lead(problem, p, slot, code) for p in roster.program.people)
            for slot in weekday_slots(problem)
            if slot.date in block.window and (not only or f"{slot.date.isoweekday()} {slot.part.name}" in only)
        )
        if least > led:
            text = f"{resident} needs {least} half-days of {code} in block {block.ref}, credentialed faculty can lead {led}"
            rules = ("prog.credential", "prog.requirement")
            yield Warn(About.CAPACITY, rules, text, (resident,), (block.start, block.end))


def _may_lead(problem: Problem, person: Person, slot: Slot, code: str) -> bool:
    if not (person.active and person.is_faculty and person.credential(code, slot.date)):
        return False
    roster = problem.roster
    if not problem.is_free(person.id, slot):
        return roster.at(person.id, slot) == code
    return person.takes_call and not roster.is_absent(person.id, slot)


def _residents(problem: Problem) -> list[Person]:
    people = problem.roster.program.people
    return [p for p in people if p.active and p.is_resident and problem.decides(p.id)]

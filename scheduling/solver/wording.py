"""Conditions in human words, grouped by family: "all 10 eligible callers are absent on Mon 18 May"."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scheduling.model.part import PARTS, Part, Slot
from scheduling.rules.catalog import BY_ID
from scheduling.solver.build import Instance
from scheduling.solver.problem import Problem
from scheduling.solver.shares import shares_in

_MANY = 6


@dataclass(frozen=True, slots=True)
class Group:
    """One family of conditions at one time: whom and which dates it speaks of, and the sentence."""

    rule: str
    people: tuple[str, ...]
    dates: tuple[dt.date, ...]
    message: str


def grouped(problem: Problem, conditions: Iterable[Instance]) -> tuple[Group, ...]:
    """Conditions of one rule and note that share their people, or their dates, told as one."""
    by_family: dict[tuple[str, str], list[Instance]] = defaultdict(list)
    for condition in conditions:
        by_family[condition.rule, condition.where.note].append(condition)
    groups = []
    for (rule, note), members in by_family.items():
        for people, dates, part in _merged(members):
            say = _SAY.get(rule, _titled)
            groups.append(Group(rule, people, dates, say(_Family(problem, rule, people, dates, part, note))))
    return tuple(groups)


def _merged(members: list[Instance]) -> list[tuple[tuple[str, ...], tuple[dt.date, ...], Part | None]]:
    """Same dates and part: people together; then same people: dates together."""
    by_time: dict[tuple[tuple[dt.date, ...], Part | None], set[str]] = defaultdict(set)
    for member in members:
        by_time[member.where.dates, member.where.part].update(member.where.people)
    by_people: dict[tuple[str, ...], list[tuple[tuple[dt.date, ...], Part | None]]] = defaultdict(list)
    for time, names in by_time.items():
        by_people[tuple(sorted(names))].append(time)
    found = []
    for people, times in by_people.items():
        dates = tuple(sorted({d for when, _ in times for d in when}))
        found.append((people, dates, times[0][1] if len(times) == 1 else None))
    return found


def on_dates(dates: tuple[dt.date, ...], part: Part | None = None) -> str:
    """`Mon 18 May 2026 AM`, or the first and last of many."""
    shown = [f"{d:%a} {d.day} {d:%b %Y}" for d in dates]
    text = f"{len(shown)} dates from {shown[0]} to {shown[-1]}" if len(shown) > _MANY else ", ".join(shown)
    return f"{text} {part.name}" if part is not None and part is not Part.NIGHT else text


def who(people: tuple[str, ...]) -> str:
    """Ids, or how many where they are many."""
    if len(people) > _MANY:
        return f"{', '.join(people[:_MANY])} and {len(people) - _MANY} more"
    return ", ".join(people)


@dataclass(frozen=True, slots=True)
class _Family:
    problem: Problem
    rule: str
    people: tuple[str, ...]
    dates: tuple[dt.date, ...]
    part: Part | None
    note: str

    @property
    def when(self) -> str:
        return on_dates(self.dates, self.part)

    @property
    def where(self) -> str:
        return self.when + (f" at {self.note}" if self.note else "")


def _absent(family: _Family) -> str:
    callers = {p.id for p in family.problem.roster.program.people if p.active and p.takes_call}
    if family.rule == "prog.call_absent" and set(family.people) >= callers:
        return f"all {len(family.people)} eligible callers are absent on {family.when}"
    return f"{who(family.people)} {'is' if len(family.people) == 1 else 'are'} absent on {family.when}"


def _lock(family: _Family) -> str:
    """Locked, or only kept as it is (under an override, a freeze or an earlier solve), with where the cells come from."""
    problem, parts = family.problem, PARTS if family.part is None else (family.part,)
    slots = [(p, Slot(d, part)) for p in family.people for d in family.dates for part in parts]
    held = [cell for cell in slots if problem.roster.at(*cell) == family.note]
    sources = {s for cell in held if (s := problem.roster.source_at(*cell)) is not None}
    said = "is locked" if any(s.locked for s in sources) else "is kept as it is"
    named = f" (source {', '.join(sorted(sources))})" if sources else ""
    return f"{family.note} of {who(family.people)} {said} on {family.when}{named}"


def _requirement(family: _Family) -> str:
    """With the figures where they are one resident's."""
    if len(family.people) != 1 or not family.dates:
        return f"{who(family.people)} must get the half-days of {family.note} that the block requires"
    roster = family.problem.roster
    block = roster.program.calendar.block_of(family.dates[0])
    share = next(s for s in shares_in(roster, family.people[0], block) if s.activity == family.note)
    return f"{family.people[0]} needs {share.least} to {share.most} half-days of {family.note} in block {block.ref}"


def _titled(family: _Family) -> str:
    title = BY_ID[family.rule].title if family.rule in BY_ID else family.rule
    about = f": {who(family.people)}" if family.people else ""
    return f"{title}{about}" + (f" on {family.when}" if family.dates else "")


_SAY: dict[str, Callable[[_Family], str]] = {
    "prog.call_absent": _absent,
    "prog.absence_blocks": _absent,
    "prog.lock": _lock,
    "prog.requirement": _requirement,
    "call_gap": lambda f: f"a caller is needed on {f.when}",
    "fmit_gap": lambda f: f"an attending is needed for the inpatient week of {f.when}",
    "prog.supervision": lambda f: f"residents in clinic need attending time on {f.where}",
    "prog.rooms": lambda f: f"no more than {f.problem.policy.rooms.hard} rooms on {f.where}",
    "prog.credential": lambda f: f"{f.note} of {who(f.people)} needs an attending with a valid credential for it",
    "prog.vas_slots": lambda f: f"{f.note} of {who(f.people)} is held in its own slots only",
    "open_half_day": lambda f: f"{who(f.people)} must have something to do on {f.when}",
}

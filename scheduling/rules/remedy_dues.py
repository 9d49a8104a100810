"""Remedies that put something where it is due: a caller, an attending, recovery, clinic, lecture; and slots with too many."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from scheduling.model.calendar import SATURDAY
from scheduling.model.eligibility import blockers
from scheduling.model.part import Part, Slot
from scheduling.model.pools import pool_of
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.call_equity import shares_of_pools
from scheduling.rules.catalog import rule
from scheduling.rules.finding import Finding, FindingKind
from scheduling.rules.intern_clinic import fixed_clinics
from scheduling.rules.remedy import Candidate, RemedyKind, change, giving_up, handover_price
from scheduling.rules.remedy_call import release, take
from scheduling.rules.remedy_moves import candidates

_HALF_DAYS = (Part.AM, Part.PM)
_LEAST_LOADED = 3


def dues(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """Candidates of the rules that ask for something or speak of a whole slot; nothing for the others."""
    make = _BY_RULE.get(finding.rule)
    if make is not None:
        yield from make(roster, finding)


def _set(roster: Roster, person: str, dues_: list[tuple[Slot, str]]) -> Iterator[Candidate]:
    wrong = [(s, code) for s, code in dues_ if roster.at(person, s) != code]
    prices = [giving_up(roster, person, s) for s, _ in wrong]
    if wrong and None not in prices:
        changes = tuple(change(roster, person, s, code) for s, code in wrong)
        yield Candidate(RemedyKind.SET, changes, sum(p or 0 for p in prices))


def _caller(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    slot = Slot(finding.start, Part.NIGHT)
    holders = roster.holders(roster.policy(slot.date).call.activity, slot)
    for person in holders if finding.kind is FindingKind.BREACH else ():
        yield Candidate(RemedyKind.DROP, release(roster, person, slot), handover_price(roster, slot))
    for other in roster.program.people if finding.kind is FindingKind.GAP else ():
        taken = take(roster, other.id, slot) if other.takes_call else None
        if taken is not None:
            yield Candidate(RemedyKind.COVER, taken[0], taken[1])


def _post_call(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    person, date = finding.person or "", finding.start
    figures = roster.policy(date).call
    due = [(Slot(date, Part.AM), figures.post_call_am), (Slot(date, Part.PM), figures.post_call_pm)]
    if finding.about is None:
        yield from _set(roster, person, due)
    else:
        stray = tuple(change(roster, person, s, None) for s, code in due if roster.at(person, s) == code)
        yield Candidate(RemedyKind.DROP, stray, 0)


def _recovery(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    code = roster.policy(finding.start).call.recovery_activity
    yield from _set(roster, finding.person or "", [(Slot(finding.start, part), code) for part in _HALF_DAYS])


def _clinic(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    person, slot = finding.person or "", Slot(finding.start, finding.part or Part.AM)
    rotation = roster.rotation_of(person, slot.date)
    year = roster.program.calendar.block_of(slot.date).ref.year
    if rotation is not None:
        fixed = fixed_clinics(roster.policy(slot.date), rotation, roster.program.by_id[person].pgy(year))
        yield from _set(roster, person, [(slot, fixed[slot.date.isoweekday(), slot.part])])


def _lecture(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    slot = Slot(finding.start, finding.part or Part.AM)
    figures = roster.policy(slot.date).rotations
    last = slot.date == roster.program.calendar.block_of(slot.date).last_wednesday
    code = figures.advising if last and slot.part is Part.PM else figures.lecture
    yield from _set(roster, finding.person or "", [(slot, code)])


def _requirement(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """As many open weekday half-days of the block as are missing, or self-directed ones."""
    person, code = finding.person or "", finding.about or ""
    missing = int(finding.limit - finding.value)
    only = roster.policy(finding.start).catalogue[code].only_slots
    open_ = [
        (price, slot)
        for date in finding.window
        for slot in (Slot(date, part) for part in _HALF_DAYS)
        if date.isoweekday() < SATURDAY and not roster.is_absent(person, slot)
        if not only or f"{date.isoweekday()} {slot.part.name}" in only
        if roster.at(person, slot) != code and (price := giving_up(roster, person, slot)) is not None
    ]
    chosen = sorted(open_)[:missing] if missing > 0 else []
    if len(chosen) == missing > 0:
        yield from _set(roster, person, [(slot, code) for _, slot in chosen])


def _attending_week(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """Somebody takes the bare days, or all half-days of a shared week."""
    book, code = call_book(roster), roster.policy(finding.start).call.fmit_activity
    slots = [Slot(date, part) for date in finding.window if date in roster.window for part in _HALF_DAYS]
    held = {s: [p for p in roster.holders(code, s) if p in book.ids] for s in slots}
    for person in book.ids:
        wanted = [s for s in slots if person not in held[s] and (finding.kind is FindingKind.BREACH or not held[s])]
        mine = [s for s in slots if person in held[s]]
        if not wanted or (finding.kind is FindingKind.BREACH and not mine):
            continue
        against = [b for s in wanted for b in blockers(roster, person, s, code)]
        if any(b.lifts is None for b in against):
            continue
        changes = [change(roster, person, s, code) for s in wanted]
        changes += [change(roster, other, s, None) for s in wanted for other in held[s]]
        price = sum(b.lifts or 0 for b in against) + handover_price(roster, wanted[0])
        yield Candidate(RemedyKind.COVER, tuple(changes), price)


def _attendings(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """As many faculty as are missing give attending time, or one resident less is in clinic."""
    slot, missing = Slot(finding.start, finding.part or Part.AM), int(finding.limit - finding.value)
    code = roster.policy(slot.date).template.attending
    free: list[tuple[int, str]] = []
    for person in roster.program.people:
        against = blockers(roster, person.id, slot, code) if person.is_faculty else ()
        here = finding.about in (None, person.site) and person.is_faculty and roster.at(person.id, slot) != code
        if here and all(b.lifts is not None for b in against):
            free.append((sum(b.lifts or 0 for b in against), person.id))
    for chosen in itertools.islice(itertools.combinations(sorted(free), missing), 20):
        changes = tuple(change(roster, person, slot, code) for _, person in chosen)
        yield Candidate(RemedyKind.COVER, changes, sum(price for price, _ in chosen))
    yield from _fewer(roster, finding)


def _fewer(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """One of the people in the slot does it elsewhere or not at all."""
    slot = Slot(finding.start, finding.part or Part.AM)
    for person in rule(finding.rule).concerned(roster, finding):
        for found in candidates(roster, person, (slot,)):
            if found.kind in (RemedyKind.DROP, RemedyKind.MOVE):
                yield found


def _credentialed(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """A credentialed faculty member joins the resident."""
    slot = Slot(finding.start, finding.part or Part.AM)
    code = roster.at(finding.person or "", slot)
    for person in roster.program.people if finding.kind is FindingKind.GAP and code else ():
        against = blockers(roster, person.id, slot, code or "") if person.is_faculty and not person.is_adjunct else None
        if against is not None and all(b.lifts is not None for b in against):
            price = sum(b.lifts or 0 for b in against)
            yield Candidate(RemedyKind.COVER, (change(roster, person.id, slot, code),), price)


def _fairer(roster: Roster, finding: Finding) -> Iterator[Candidate]:
    """A night of the pool goes from the most loaded to one of the least loaded."""
    share = next(s for s in shares_of_pools(roster, finding.window) if s.pool.value == finding.about)
    ordered = [person for person, _ in sorted(share.rates.items(), key=lambda r: (r[1], r[0]))]
    book, most = call_book(roster), ordered[-1]
    for day in np.flatnonzero(book.call[book.ids.index(most)] & book.inside(finding.window)):
        slot = Slot(book.date(int(day)), Part.NIGHT)
        if pool_of(slot.date, roster.program.holidays) is not share.pool:
            continue
        for other in ordered[:_LEAST_LOADED]:
            taken = take(roster, other, slot, original=most)
            if taken is not None:
                changes = (*release(roster, most, slot), *taken[0])
                yield Candidate(RemedyKind.COVER, changes, taken[1] + handover_price(roster, slot))


_BY_RULE: dict[str, Callable[[Roster, Finding], Iterator[Candidate]]] = {
    "prog.one_caller": _caller,
    "prog.call_equity": _fairer,
    "prog.post_call_tied": _post_call,
    "prog.fmit_recovery": _recovery,
    "prog.intern_clinic": _clinic,
    "prog.lecture": _lecture,
    "prog.requirement": _requirement,
    "prog.fmit_one_attending": _attending_week,
    "prog.supervision": _attendings,
    "prog.rooms": _fewer,
    "prog.credential": _credentialed,
}

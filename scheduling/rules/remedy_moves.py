"""The four ways to free a group of cells: drop, cover, swap, move."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.calendar import academic_year, days, is_weekday_call
from scheduling.model.eligibility import blockers
from scheduling.model.part import Part, Slot
from scheduling.model.person import Person
from scheduling.model.roster import Roster
from scheduling.rules.remedy import Candidate, RemedyKind, change, giving_up, handover_price
from scheduling.rules.remedy_call import call_slot, release, take
from scheduling.rules.remedy_cells import Group

_SWAP_DAYS = 21


def candidates(roster: Roster, person: str, group: Group) -> Iterator[Candidate]:
    """Every way to free the group, in a stable order."""
    if len(group) == 1 and call_slot(group[0], roster, person) and roster.program.by_id[person].is_faculty:
        yield from _call(roster, person, group[0])
        return
    yield from _drop(roster, person, group)
    yield from _cover(roster, person, group)
    yield from _swap(roster, person, group)
    if len(group) == 1:
        yield from _move(roster, person, group[0])


def _call(roster: Roster, person: str, slot: Slot) -> Iterator[Candidate]:
    """Another takes the night; or the two exchange nights of one pool within three weeks."""
    given = release(roster, person, slot)
    for other in (p for p in roster.program.people if p.takes_call and p.id != person):
        taken = take(roster, other.id, slot, original=person)
        if taken is not None:
            yield Candidate(RemedyKind.COVER, (*given, *taken[0]), taken[1] + handover_price(roster, slot))
        if not is_weekday_call(slot.date):
            continue
        for day in range(-_SWAP_DAYS, _SWAP_DAYS + 1):
            back = Slot(slot.date + days(day), Part.NIGHT)
            apart = abs(day) > 1 and back.date in roster.window and is_weekday_call(back.date)
            if not apart or not call_slot(back, roster, other.id):
                continue
            freed = roster.with_changes([*given, *release(roster, other.id, back)])
            there, here = take(freed, other.id, slot), take(freed, person, back)
            if there is not None and here is not None:
                changes = (*given, *release(roster, other.id, back), *there[0], *here[0])
                yield Candidate(RemedyKind.SWAP, changes, there[1] + here[1] + 2 * handover_price(roster, slot))


def _drop(roster: Roster, person: str, group: Group) -> Iterator[Candidate]:
    prices = [giving_up(roster, person, s) for s in group]
    if all(p is not None for p in prices):
        changes = tuple(change(roster, person, s, None) for s in group)
        yield Candidate(RemedyKind.DROP, changes, sum(p for p in prices if p is not None))


def _cover(roster: Roster, person: str, group: Group) -> Iterator[Candidate]:
    for other in _peers(roster, person, group):
        price = 0
        for slot in group:
            against = blockers(roster, other.id, slot, roster.at(person, slot) or "", original=person)
            if any(b.lifts is None for b in against):
                break
            price += sum(b.lifts or 0 for b in against) + handover_price(roster, slot)
        else:
            freed = tuple(change(roster, person, s, None) for s in group)
            taken = tuple(change(roster, other.id, s, roster.at(person, s)) for s in group)
            yield Candidate(RemedyKind.COVER, (*freed, *taken), price)


def _swap(roster: Roster, person: str, group: Group) -> Iterator[Candidate]:
    """Both do each other's work in the slots; the other's must be less, and of a kind that may be given up."""
    for other in _peers(roster, person, group):
        theirs = [roster.at(other.id, s) for s in group]
        mine = [roster.at(person, s) for s in group]
        prices = [giving_up(roster, other.id, s) for s in group]
        away = any(roster.is_absent(p, s) for p in (person, other.id) for s in group)
        if None in theirs or None in prices or away or _minutes(roster, group, theirs) >= _minutes(roster, group, mine):
            continue
        changes = [change(roster, person, s, code) for s, code in zip(group, theirs, strict=True)]
        changes += [change(roster, other.id, s, code) for s, code in zip(group, mine, strict=True)]
        yield Candidate(RemedyKind.SWAP, tuple(changes), 2 * handover_price(roster, group[0]) * len(group))


def _minutes(roster: Roster, group: Group, codes: Sequence[str | None]) -> int:
    spans = (roster.policy(s.date).catalogue[code].span(s.part) for s, code in zip(group, codes, strict=True) if code)
    return sum(span[1] - span[0] for span in spans if span)


def _move(roster: Roster, person: str, slot: Slot) -> Iterator[Candidate]:
    """The half-day goes to an open slot of the same person in the same week."""
    code = roster.at(person, slot)
    if code is None or slot.part is Part.NIGHT or giving_up(roster, person, slot) is None:
        return
    if roster.catalogue[code].is_time_off:
        return
    monday = slot.date - days(slot.date.isoweekday() - 1)
    for day in range(5):
        for part in (Part.AM, Part.PM):
            to = Slot(monday + days(day), part)
            free = to.date in roster.window and roster.at(person, to) is None and not roster.is_absent(person, to)
            if to != slot and free:
                changes = (change(roster, person, slot, None), change(roster, person, to, code))
                yield Candidate(RemedyKind.MOVE, changes, handover_price(roster, slot))


def _peers(roster: Roster, person: str, group: Group) -> Iterator[Person]:
    """People of the same kind; for a resident those of the same year of training or above."""
    mine = roster.program.by_id[person]
    year = academic_year(group[0].date)
    for other in roster.program.people:
        if other.id == person or other.kind is not mine.kind or not other.active or other.is_adjunct:
            continue
        if not mine.is_resident or other.pgy(year) >= mine.pgy(year):
            yield other

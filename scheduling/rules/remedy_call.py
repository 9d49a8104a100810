"""Moving a call: the night with its PCAT and DO, as one set of changes (domain.md §6, §9)."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.eligibility import blockers
from scheduling.model.override import Change
from scheduling.model.part import Part, Slot
from scheduling.model.roster import Roster
from scheduling.rules.remedy import change, giving_up

_HALF_DAYS = (Part.AM, Part.PM)


def call_slot(slot: Slot, roster: Roster, person: str) -> bool:
    """True when the person holds the program's call there."""
    return slot.part is Part.NIGHT and roster.at(person, slot) == roster.policy(slot.date).call.activity


def post_call(roster: Roster, slot: Slot) -> Iterator[tuple[Slot, str]]:
    """The slots of PCAT and DO after a Sunday-to-Thursday night of the faculty's call, inside the roster."""
    date = slot.date + days(1)
    if is_weekday_call(slot.date) and date in roster.window:
        figures = roster.policy(date).call
        yield Slot(date, Part.AM), figures.post_call_am
        yield Slot(date, Part.PM), figures.post_call_pm


def release(roster: Roster, person: str, slot: Slot) -> tuple[Change, ...]:
    """The person no longer holds the night, nor what follows from it."""
    after = (s for s, code in post_call(roster, slot) if roster.at(person, s) == code)
    return tuple(change(roster, person, s, None) for s in (slot, *after))


def take(
    roster: Roster, person: str, slot: Slot, *, original: str | None = None
) -> tuple[tuple[Change, ...], int] | None:
    """The person takes the night and what follows from it, with the price of what they give up; None when they may not."""
    code = roster.policy(slot.date).call.activity
    against = [b for b in blockers(roster, person, slot, code, original=original) if b.lifts is None]
    if against:
        return None
    changes, price = [change(roster, person, slot, code)], giving_up(roster, person, slot) or 0
    for after, due in post_call(roster, slot):
        held = roster.at(person, after)
        exempt = held in roster.policy(after.date).call.post_call_exempt or after.date in roster.program.holidays
        if exempt or held == due or roster.is_absent(person, after):
            continue
        lost = giving_up(roster, person, after)
        if lost is None:
            return None
        price += lost
        changes.append(change(roster, person, after, due))
    return tuple(changes), price


def why_not(roster: Roster, slot: Slot, *, original: str | None = None) -> str:
    """What keeps everybody else from the night: reasons by rule with how many people each stops."""
    code = roster.policy(slot.date).call.activity
    stopped: dict[str, int] = {}
    for person in roster.program.people:
        if person.takes_call and person.id != original:
            for blocker in blockers(roster, person.id, slot, code, original=original):
                if blocker.lifts is None:
                    stopped[blocker.rule] = stopped.get(blocker.rule, 0) + 1
    listed = ", ".join(f"{rule} stops {n}" for rule, n in sorted(stopped.items(), key=lambda s: (-s[1], s[0])))
    return listed or "nobody else takes call"

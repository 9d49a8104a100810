"""Who may take over a duty: every reason against it, in one place (domain.md §6, §8)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scheduling.model.activity import Activity
from scheduling.model.calendar import FRIDAY, SUNDAY, days, fmit_week, is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Kind, Person
from scheduling.model.roster import Roster
from scheduling.model.sacrifice import sacrifice_price

UNKNOWN = "cover.unknown"
INACTIVE = "cover.inactive"
SAME = "cover.same"
KIND = "cover.kind"
ADJUNCT = "cover.adjunct"
COVERING = "cover.covering"
FMIT_NIGHT = "cover.fmit_night"
TAKEN = "prog.one_activity"
ABSENT = "prog.absence_blocks"
CREDENTIAL = "prog.credential"
OWN_FMIT = "prog.call_own_fmit"
POST_FMIT_FRIDAY = "prog.call_post_fmit_friday"
POST_FMIT_SUNDAY = "prog.call_post_fmit_sunday"


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a person may not take a duty: the rule or condition by id, and a sentence of ids and codes.

    `lifts` is the price (hundredths) of cancelling the person's own activity there, where that would lift the blocker.
    """

    rule: str
    message: str
    lifts: int | None = None


def blockers(
    roster: Roster, person: str, slot: Slot, activity: str, *, original: str | None = None
) -> tuple[Blocker, ...]:
    """Every reason against the person taking the activity in the slot, in a stable order; empty when they may.

    `original` is whose assignment it is. The roster should hold the FMIT weeks before and after the slot.
    """
    found = roster.program.by_id.get(person)
    if found is None:
        return (Blocker(UNKNOWN, "no such person is known"),)
    return tuple(_all(roster, found, slot, roster.catalogue[activity], original))


def _all(roster: Roster, person: Person, slot: Slot, activity: Activity, original: str | None) -> Iterator[Blocker]:
    yield from _standing(roster, person, activity, original)
    if roster.is_absent(person.id, slot):
        yield Blocker(ABSENT, f"{person.id} is absent at {slot}")
    if activity.needs_credential and person.is_faculty and not person.credential(activity.code, slot.date):
        yield Blocker(CREDENTIAL, f"{person.id} holds no valid {activity.code} credential on {slot.date}")
    yield from _occupied(roster, person, slot)
    if activity.code == roster.policy(slot.date).call.activity:
        yield from _call(roster, person, slot)


def _standing(roster: Roster, person: Person, activity: Activity, original: str | None) -> Iterator[Blocker]:
    if not person.active:
        yield Blocker(INACTIVE, f"{person.id} is not active")
    if person.id == original:
        yield Blocker(SAME, f"{person.id} holds this assignment already")
    call = roster.program.policy.call
    attending_duty = activity.supplies_supervision or activity.code in (call.activity, call.post_call_pm)
    holder = roster.program.by_id.get(original) if original else None
    if (attending_duty and not person.is_faculty) or (holder is not None and holder.kind is not person.kind):
        wanted = Kind.FACULTY if attending_duty or holder is None else holder.kind
        yield Blocker(KIND, f"{person.id} is {person.kind}, {activity.code} here is for {wanted}")
    elif attending_duty and person.is_adjunct:
        yield Blocker(ADJUNCT, f"{person.id} is an adjunct: never covers {activity.code}")


def _occupied(roster: Roster, person: Person, slot: Slot) -> Iterator[Blocker]:
    held = roster.at(person.id, slot)
    if held is None:
        return
    if (person.id, slot) in roster.coverages:
        yield Blocker(COVERING, f"{person.id} already covers {held} at {slot}")
    else:
        price = sacrifice_price(roster.catalogue[held], roster.policy(slot.date).cascade)
        yield Blocker(TAKEN, f"{person.id} holds {held} at {slot}", lifts=price)


def _call(roster: Roster, person: Person, slot: Slot) -> Iterator[Blocker]:
    week = fmit_week(slot.date)
    fmit = roster.policy(slot.date).call.fmit_activity
    on_the_day = any(roster.at(person.id, Slot(slot.date, part)) == fmit for part in (Part.AM, Part.PM))
    if is_weekday_call(slot.date):
        if on_the_day or attends(roster, person.id, week):
            yield Blocker(OWN_FMIT, f"{person.id} is FMIT attending in the week of {week.start}")
    elif (there := _fmit_that_day(roster, slot)) and person.id not in there:
        yield Blocker(FMIT_NIGHT, f"the night of {slot.date} belongs to the FMIT attending {there[0]}")
    before = Window(week.start - days(7), week.start - days(1))
    if slot.date.isoweekday() == FRIDAY and not on_the_day and _after(roster, person.id, before, week):
        yield Blocker(POST_FMIT_FRIDAY, f"{slot.date} is the Friday after the FMIT week of {person.id}")
    if slot.date.isoweekday() == SUNDAY and _after(roster, person.id, before, week):
        yield Blocker(POST_FMIT_SUNDAY, f"{slot.date} is the Sunday after the FMIT week of {person.id}")


def _after(roster: Roster, person: str, before: Window, week: Window) -> bool:
    return attends(roster, person, before) and not attends(roster, person, week)


def attends(roster: Roster, person: str, week: Window) -> bool:
    """True when nobody holds more FMIT half-days of the week than this faculty member, who holds some."""
    return person in attendings_of_week(roster, week)


def attendings_of_week(roster: Roster, week: Window) -> frozenset[str]:
    """The FMIT attending of a week: the faculty holding most of its half-days, all of them on a tie."""
    first, last = max(week.start, roster.window.start), min(week.end, roster.window.end)
    if first > last:
        return frozenset()
    code = roster.catalogue.index(roster.policy(week.start).call.fmit_activity)
    held = (roster.cells[:, roster.day(first) : roster.day(last) + 1, : Part.NIGHT] == code).sum(axis=(1, 2))
    counts = {roster.program.people[row].id: int(held[row]) for row in held.nonzero()[0]}
    faculty = {person: n for person, n in counts.items() if roster.program.by_id[person].is_faculty}
    most = max(faculty.values(), default=0)
    return frozenset(person for person, n in faculty.items() if n == most)


def _fmit_that_day(roster: Roster, slot: Slot) -> list[str]:
    """The faculty in FMIT on the date who are there that night."""
    code = roster.policy(slot.date).call.fmit_activity
    holders = (p for part in (Part.PM, Part.AM) for p in roster.holders(code, Slot(slot.date, part)))
    return [p for p in holders if roster.program.by_id[p].is_faculty and not roster.is_absent(p, slot)]

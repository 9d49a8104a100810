"""prog.post_call_tied: PCAT and DO follow a Sunday-to-Thursday call, and nothing else brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.almanac import almanac
from scheduling.rules.call_book import Mask, call_book
from scheduling.rules.codes import codes_among
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import either_half, places
from scheduling.rules.rule import Hard, Line, Rule, on

_HALF_DAYS = (Part.AM, Part.PM)


class PostCallTied(Rule):
    """Exempt: the next day is leave, a holiday, FMIT or recovery; adjuncts, who never cover PCAT or DO."""

    id = "prog.post_call_tied"
    title = "PCAT and DO follow the call"
    citation = "Program policy: post-call"
    text = (
        "After a Sunday-to-Thursday call the caller has PCAT the next morning and DO the next afternoon; "
        "neither stands where the person had no call the night before."
    )
    binding = Binding.POLICY
    enforcement = Hard()
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and next day that lacks them or has them for nothing."""
        wanted = set(people)
        for where, policy in split(roster, window):
            first = roster.day(where.start)
            missing, stray, ids = _broken(roster, where, policy)
            for row, day in places(either_half(missing | stray)):
                if ids[row] not in wanted:
                    continue
                date = roster.date(first + day)
                lacks = [p for p in _HALF_DAYS if missing[row, day, p]]
                extra = [p for p in _HALF_DAYS if stray[row, day, p]]
                names = " and ".join(f"{_expected(policy, p)} {p.name}" for p in lacks or extra)
                if lacks:
                    text = f"{names} on {date} missing after the call of {date - days(1)}"
                    yield self.finding(ids[row], on(date), 2 - len(lacks), 2, "half-days", text)
                else:
                    text = f"{names} on {date} without a call the night before"
                    yield self.finding(ids[row], on(date), len(extra), 0, "half-days", text, about="stray")

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The night before and what stands on the next day."""
        person, date = finding.person or "", finding.start
        night = Slot(date - days(1), Part.NIGHT)
        return [
            Line(f"night of {night.date}", roster.at(person, night) or "no call"),
            *(
                Line(
                    f"{date} {p.name}",
                    f"{roster.at(person, Slot(date, p)) or 'open'}, after a call {_expected(roster.policy(date), p)}",
                )
                for p in _HALF_DAYS
            ),
        ]


def _broken(roster: Roster, window: Window, policy: Policy) -> tuple[Mask, Mask, tuple[str, ...]]:
    """Half-days (F, days, 2) that lack PCAT or DO after a call, and those that have them without one."""
    book = call_book(roster)
    inside = slice(roster.day(window.start), roster.day(window.end) + 1)
    rows = np.array([roster.row(p) for p in book.ids], np.intp)
    exempt = codes_among(roster.catalogue, policy.call.post_call_exempt)
    holiday = almanac(roster).holiday[inside]
    known = np.zeros_like(book.known)
    known[1:] = book.known[:-1]
    seen = (known & book.known)[inside]
    called = book.shifted(book.call & book.pool, 1)[:, inside] & ~book.adjunct[:, None]
    uncalled = ~book.shifted(book.call, 1)[:, inside]
    missing, stray = (np.empty((*called.shape, len(_HALF_DAYS)), np.bool_) for _ in range(2))
    for part in _HALF_DAYS:
        cells = roster.cells[rows, inside, part]
        there = cells == roster.catalogue.index(_expected(policy, part))
        excused = exempt[cells] | book.absent[:, inside, part] | holiday
        missing[:, :, part] = called & ~there & ~excused & seen
        stray[:, :, part] = there & uncalled & seen
    return missing, stray, book.ids


def _expected(policy: Policy, part: Part) -> str:
    return policy.call.post_call_am if part is Part.AM else policy.call.post_call_pm


RULE = PostCallTied()

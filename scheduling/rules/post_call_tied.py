"""prog.post_call_tied: PCAT and DO follow a Sunday-to-Thursday call, and nothing else brings them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.finding import Binding, Finding
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
        book = call_book(roster)
        wanted = set(people)
        pool = book.call & book.pool
        for row, day in zip(*np.nonzero(_candidates(roster)), strict=True):
            date = book.date(day)
            if book.ids[row] not in wanted or date not in window or day == 0 or not book.known[day - 1]:
                continue
            person = book.ids[row]
            if pool[row, day - 1] and not book.adjunct[row] and date not in roster.program.holidays:
                missing = [p for p in _HALF_DAYS if not _tied(roster, person, Slot(date, p))]
                if missing:
                    names = " and ".join(f"{_expected(roster.policy(date), p)} {p.name}" for p in missing)
                    text = f"{names} on {date} missing after the call of {date - days(1)}"
                    yield self.finding(person, on(date), 2 - len(missing), 2, "half-days", text)
            elif not book.call[row, day - 1]:
                stray = [p for p in _HALF_DAYS if roster.at(person, Slot(date, p)) == _expected(roster.policy(date), p)]
                if stray:
                    text = f"{' and '.join(f'{_expected(roster.policy(date), p)} {p.name}' for p in stray)} on {date} without a call the night before"
                    yield self.finding(person, on(date), len(stray), 0, "half-days", text, about="stray")

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


def _candidates(roster: Roster) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """(F, D): days after a pool call, and days that hold PCAT or DO."""
    book = call_book(roster)
    rows = np.array([roster.row(p) for p in book.ids], np.intp)
    cells = roster.cells[rows]
    held = np.zeros_like(book.call)
    for policy in {id(p): p for p in (roster.policy(roster.window.start), roster.policy(roster.window.end))}.values():
        for part in _HALF_DAYS:
            held |= cells[:, :, part] == roster.catalogue.index(_expected(policy, part))
    return held | book.shifted(book.call & book.pool, 1)


def _expected(policy: Policy, part: Part) -> str:
    return policy.call.post_call_am if part is Part.AM else policy.call.post_call_pm


def _tied(roster: Roster, person: str, slot: Slot) -> bool:
    policy = roster.policy(slot.date)
    cell = roster.at(person, slot)
    return (
        cell == _expected(policy, slot.part) or cell in policy.call.post_call_exempt or roster.is_absent(person, slot)
    )


RULE = PostCallTied()

"""prog.fmit_recovery: the Friday after an FMIT week is a recovery day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import FRIDAY
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Hard, Line, Rule, on

_HALF_DAYS = (Part.AM, Part.PM)


class FmitRecovery(Rule):
    """Time off and absence serve as well; the attending of the next week has none."""

    id = "prog.fmit_recovery"
    title = "Recovery after FMIT"
    citation = "Program policy: FMIT"
    text = "The Friday after an own FMIT week is a full recovery day."
    binding = Binding.POLICY
    enforcement = Hard()
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and Friday."""
        book = call_book(roster)
        attending = book.attending[:, book.week]
        due = book.shifted(attending, 1) & ~attending & (book.weekday == FRIDAY) & book.known
        for row, day in book.hits(due, window, people):
            person, date = book.ids[row], book.date(day)
            rested = sum(_rests(roster, person, Slot(date, part)) for part in _HALF_DAYS)
            if rested < len(_HALF_DAYS):
                text = f"{date:%a} {date} after the own FMIT week is no full recovery day"
                yield self.finding(person, on(date), rested, len(_HALF_DAYS), "half-days of recovery", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The week and what the Friday holds."""
        book = call_book(roster)
        week = book.week_window(int(np.clip(book.week[roster.day(finding.start)] - 1, 0, None)))
        return [
            Line("own FMIT week", f"{week.start} to {week.end}"),
            *(
                Line(
                    f"{finding.start} {part.name}", roster.at(finding.person or "", Slot(finding.start, part)) or "open"
                )
                for part in _HALF_DAYS
            ),
            Line("due", roster.policy(finding.start).call.recovery_activity),
        ]


def _rests(roster: Roster, person: str, slot: Slot) -> bool:
    code = roster.at(person, slot)
    off = code is not None and roster.catalogue[code].is_time_off
    return off or code == roster.policy(slot.date).call.recovery_activity or roster.is_absent(person, slot)


RULE = FmitRecovery()

"""prog.fmit_back_to_back: no two FMIT weeks in a row for one person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.night_rule import window_text
from scheduling.rules.rule import Line, Rule, Soft, Tier


class FmitBackToBack(Rule):
    """The second week is the finding."""

    id = "prog.fmit_back_to_back"
    title = "No FMIT weeks back to back"
    citation = "Program policy: FMIT"
    text = "Nobody is the attending of two FMIT weeks in a row."
    binding = Binding.POLICY
    enforcement = Soft(Tier.OPERATIONS, 200)
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and second week."""
        book = call_book(roster)
        wanted = set(people)
        again = book.attending[:, 1:] & book.attending[:, :-1] & book.weeks_in(window)[1:]
        for week, row in zip(*np.nonzero(again.T), strict=True):
            where = book.week_window(int(week) + 1)
            if (person := book.ids[row]) in wanted:
                text = f"FMIT week {window_text(where.start, where.end)} follows the person's own week before"
                yield self.finding(person, where, 2, 1, "weeks in a row", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The two weeks, in half-days."""
        book = call_book(roster)
        row, week = book.ids.index(finding.person or ""), (finding.start - book.first_week).days // 7
        return [
            Line(window_text(w.start, w.end), f"{int(book.held[row, n])} half-days")
            for n in (week - 1, week)
            for w in (book.week_window(n),)
        ]


RULE = FmitBackToBack()

"""The shape most call rules share: one finding per person and night (rules.md, "How the call rules count")."""

from __future__ import annotations

import datetime as dt
from abc import abstractmethod
from collections.abc import Iterator, Sequence

from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask, call_book
from scheduling.rules.finding import Finding
from scheduling.rules.rule import Line, Rule, on


class NightRule(Rule):
    """A rule that forbids some people some nights: `broken` marks them, `because` says why in a few words."""

    @abstractmethod
    def broken(self, roster: Roster, book: CallBook) -> Mask:
        """(F, D): nights held that should not be."""

    @abstractmethod
    def because(self, roster: Roster, book: CallBook, row: int, day: int) -> str:
        """Why the person should not hold the night."""

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and night."""
        book = call_book(roster)
        for row, day in book.hits(self.broken(roster, book), window, people):
            date = book.date(day)
            yield self.finding(
                book.ids[row],
                on(date),
                1,
                0,
                "nights",
                f"call on {date:%a} {date}, {self.because(roster, book, row, day)}",
                part=Part.NIGHT,
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The night, and the fact that speaks against it."""
        book = call_book(roster)
        row, day = book.ids.index(finding.person or ""), roster.day(finding.start)
        return [Line("night", f"{finding.start:%A} {finding.start}"), Line("but", self.because(roster, book, row, day))]


def window_text(first: dt.date, last: dt.date) -> str:
    """A stretch of dates in a message."""
    return f"{first:%a} {first} to {last:%a} {last}"

"""prog.call_spacing: Sunday-to-Thursday calls of one person lie apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, call_book
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Line, Rule, Soft, Tier, on


class CallSpacing(Rule):
    """The later of two calls that lie too close is the finding: with a spacing of 3, the 15th and the 17th are."""

    id = "prog.call_spacing"
    title = "Calls lie apart"
    citation = "Program policy: call spacing"
    text = "Two Sunday-to-Thursday calls of one person lie more than the policy's spacing apart, counted in days."
    binding = Binding.POLICY
    enforcement = Soft(Tier.PREFERENCE, 100)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and later night."""
        book = call_book(roster)
        wanted = set(people)
        for row, day, gap in _gaps(book, max(p.call.spacing_days for _, p in split(roster, roster.window))):
            date = book.date(day)
            spacing = roster.policy(date).call.spacing_days
            if gap > spacing or date not in window or book.ids[row] not in wanted:
                continue
            before = book.date(day - gap)
            yield self.finding(
                book.ids[row],
                on(date),
                gap,
                spacing + 1,
                "days",
                f"call on {date:%a} {date}, {gap} days after the one on {before:%a} {before} (at least {spacing + 1})",
                part=Part.NIGHT,
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The two nights and the days between."""
        book = call_book(roster)
        before = book.date(roster.day(finding.start) - int(finding.value))
        return [
            Line("call before", f"{before:%A} {before}"),
            Line("this call", f"{finding.start:%A} {finding.start}"),
            Line("apart", f"{finding.value} days"),
            Line("at least", f"{finding.limit} days"),
        ]


def _gaps(book: CallBook, most: int) -> Iterator[tuple[int, int, int]]:
    row, day = np.nonzero(book.call & book.pool)
    gap = np.diff(day)
    for at in np.flatnonzero((row[1:] == row[:-1]) & (gap <= most)):
        yield int(row[at + 1]), int(day[at + 1]), int(gap[at])


RULE = CallSpacing()

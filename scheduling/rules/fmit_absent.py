"""prog.fmit_absent: no FMIT day inside an approved absence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, Mask, call_book
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import either_half
from scheduling.rules.rule import Line, Rule, Soft, Tier


class FmitAbsent(Rule):
    """One finding per person and FMIT week, from the first to the last day concerned."""

    id = "prog.fmit_absent"
    title = "No FMIT while absent"
    citation = "Program policy: FMIT"
    text = "Nobody is on FMIT on a date of an approved absence or of the recovery after it."
    binding = Binding.POLICY
    enforcement = Soft(Tier.SAFETY, 200)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and week."""
        book = call_book(roster)
        clash = _clash(book)
        wanted = set(people)
        for row in np.flatnonzero(clash.any(axis=1)):
            for week in np.unique(book.week[clash[row]]):
                days = np.flatnonzero(clash[row] & (book.week == week))
                where = Window(book.date(int(days[0])), book.date(int(days[-1])))
                if book.ids[row] in wanted and where.meets(window):
                    yield self.finding(
                        book.ids[row],
                        where,
                        len(days),
                        0,
                        "days",
                        f"{len(days)} FMIT days inside an approved absence, {where.start} to {where.end}",
                    )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The dates."""
        book = call_book(roster)
        clash = _clash(book)[book.ids.index(finding.person or "")]
        return [
            Line(f"{book.date(int(day)):%A}", f"{book.date(int(day))}: on FMIT and absent")
            for day in np.flatnonzero(clash & book.inside(finding.window))
        ]


def _clash(book: CallBook) -> Mask:
    return (book.fmit > 0) & either_half(book.absent)


RULE = FmitAbsent()

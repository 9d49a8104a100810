"""prog.fmit_one_attending: an FMIT week has one attending, from its Friday to its Thursday."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import CallBook, call_book
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.night_rule import window_text
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.wording import listed


class FmitOneAttending(Rule):
    """A week shared by several faculty is a breach; days without any, between the first and last recorded, are a gap."""

    id = "prog.fmit_one_attending"
    title = "One attending an FMIT week"
    citation = "Program policy: FMIT"
    text = "One faculty member is the attending of the inpatient team for the whole Friday-to-Thursday week."
    binding = Binding.POLICY
    enforcement = Soft(Tier.SAFETY, 100)
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per week that is shared, and one per week with days nobody holds."""
        book = call_book(roster)
        bare_days = _bare(book)
        wrong = book.weeks_in(window) & (((book.held > 0).sum(axis=0) > 1) | (bare_days > 0))
        for week in map(int, np.flatnonzero(wrong)):
            where, bare = book.week_window(week), int(bare_days[week])
            who = [book.ids[row] for row in np.flatnonzero(book.held[:, week])]
            text = f"FMIT week {window_text(where.start, where.end)}"
            if len(who) > 1:
                yield self.finding(None, where, len(who), 1, "attendings", f"{text}: shared by {listed(who)}")
            if bare:
                yield self.finding(
                    None,
                    where,
                    7 - bare,
                    7,
                    "days with an attending",
                    f"{text}: {bare} days without an attending",
                    about="gap",
                    kind=FindingKind.GAP,
                )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Half-days of the week by faculty member, and the bare days."""
        book = call_book(roster)
        week = (finding.start - book.first_week).days // 7
        held = book.held[:, week]
        return [
            *(Line(book.ids[row], f"{int(held[row])} half-days") for row in np.flatnonzero(held)),
            Line("days without an attending", str(int(_bare(book)[week]))),
            Line("needed", "one attending on every day"),
        ]

    def concerned(self, roster: Roster, finding: Finding) -> Sequence[str]:
        """Everybody who holds half-days of the week."""
        book = call_book(roster)
        week = (finding.start - book.first_week).days // 7
        return [book.ids[row] for row in np.flatnonzero(book.held[:, week])]


def _bare(book: CallBook) -> NDArray[np.int64]:
    """(W): recorded days of each week without an attending."""
    bare = book.known & book.recorded_fmit & ~book.fmit.any(axis=0)
    return np.bincount(book.week[bare], minlength=book.held.shape[1])


RULE = FmitOneAttending()

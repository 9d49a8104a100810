"""prog.one_caller: every night has one caller, or a visible gap."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.rule import Hard, Line, Rule, on
from scheduling.rules.wording import listed


class OneCaller(Rule):
    """Two callers are a breach; no caller between the first and the last recorded night is a gap, of policy binding."""

    id = "prog.one_caller"
    title = "One caller a night"
    citation = "Program policy: call"
    text = "Exactly one faculty member holds each night's call; a night without one is a visible gap."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per night with two callers or none."""
        book = call_book(roster)
        held = book.call.sum(axis=0)
        wrong = book.inside(window) & book.known & ((held > 1) | ((held == 0) & book.recorded))
        for day in np.flatnonzero(wrong):
            date = book.date(int(day))
            gap = held[day] == 0
            who = [book.ids[row] for row in np.flatnonzero(book.call[:, day])]
            yield self.finding(
                None,
                on(date),
                int(held[day]),
                1,
                "callers",
                f"{date:%a} {date}: " + ("no caller" if gap else f"{len(who)} callers, {listed(who)}"),
                part=Part.NIGHT,
                kind=FindingKind.GAP if gap else FindingKind.BREACH,
                binding=Binding.POLICY if gap else Binding.MUST,
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Who holds the night."""
        book = call_book(roster)
        who = [book.ids[row] for row in np.flatnonzero(book.call[:, roster.day(finding.start)])]
        return [
            Line("night", f"{finding.start:%A} {finding.start}"),
            Line("callers", listed(who) or "nobody"),
            Line("needed", "exactly one"),
        ]

    def concerned(self, roster: Roster, finding: Finding) -> Sequence[str]:
        """The callers."""
        return roster.holders(roster.policy(finding.start).call.activity, Slot(finding.start, Part.NIGHT))


RULE = OneCaller()

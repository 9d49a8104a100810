"""prog.unassigned: every resident has a rotation in every block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import days
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule


class Unassigned(Rule):
    """A block in which nobody has a rotation is a stub of another year and says nothing."""

    id = "prog.unassigned"
    title = "A rotation in every block"
    citation = "Program policy: rotations"
    text = "Every active resident has a rotation on every day of a block; without one they lie outside demand."
    binding = Binding.POLICY
    enforcement = CheckOnly("rotations are given to a block's solve, they are not decided by it")
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per resident and block, from the first to the last day without a rotation."""
        first, last = max(window.start, roster.window.start), min(window.end, roster.window.end)
        if first > last:
            return
        wanted = np.zeros(len(roster.program.people), np.bool_)
        for person in people:
            who = roster.program.by_id[person]
            wanted[roster.rows[person]] = who.is_resident and who.active
        without = (roster.rotation < 0) & roster.known
        if not (without.any(axis=1) & wanted).any():
            return
        for block in roster.program.calendar.blocks_in(Window(first, last)):
            low = max(block.start, roster.window.start)
            inside = slice(roster.day(low), roster.day(min(block.end, roster.window.end)) + 1)
            bare = without[:, inside]
            if not (roster.rotation[:, inside] >= 0).any():
                continue
            for row in map(int, np.flatnonzero(bare.any(axis=1) & wanted)):
                person, missing = roster.program.people[row].id, np.flatnonzero(bare[row])
                if Window(low + days(int(missing[0])), low + days(int(missing[-1]))).meets(window):
                    where = Window(low + days(int(missing[0])), low + days(int(missing[-1])))
                    text = f"no rotation in block {block.ref} ({where.start} to {where.end})"
                    yield self.finding(person, where, len(missing), 0, "days", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The block and the days."""
        block = roster.program.calendar.block_of(finding.start)
        return [
            Line("block", f"{block.ref}, {block.start} to {block.end}"),
            Line("days without a rotation", str(finding.value)),
        ]


RULE = Unassigned()

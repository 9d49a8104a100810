"""prog.lock: what a draft or a solve was bound to keep is kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Hard, Line, Rule, on


class Locks(Rule):
    """Preloaded and manual cells are locked; an override lies above them and breaks no lock."""

    id = "prog.lock"
    title = "Locks hold"
    citation = "Program policy: locked cells"
    text = "A solve or a draft leaves preloaded and manual cells as they are; only an override lies above them."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per locked cell that holds something else."""
        wanted = set(people)
        overridden = {(o.person, o.slot) for o in roster.overrides}
        for lock in roster.locks:
            if lock.person not in wanted or lock.slot.date not in window or (lock.person, lock.slot) in overridden:
                continue
            stands = roster.at(lock.person, lock.slot)
            if stands != lock.activity:
                text = f"{lock.activity} on {lock.slot} is locked ({lock.source}) and became {stands or 'open'}"
                yield self.finding(lock.person, on(lock.slot.date), 1, 0, "cells", text, part=lock.slot.part)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """What was locked, by what, and what stands there."""
        return [
            Line(
                f"{lock.slot}",
                f"locked to {lock.activity} ({lock.source}), holds {roster.at(lock.person, lock.slot) or 'nothing'}",
            )
            for lock in roster.locks
            if lock.person == finding.person and lock.slot.date == finding.start and lock.slot.part == finding.part
        ]


RULE = Locks()

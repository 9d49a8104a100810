"""prog.credential: a credentialed attending is present where residents do procedures that need one (domain.md §5)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import days
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.places import places
from scheduling.rules.rule import Line, Rule, Soft, Tier, on


class Credentialed(Rule):
    """Both ways: a resident needs one in the same activity and slot, and no faculty member is there without one."""

    id = "prog.credential"
    title = "Credentialed attending present"
    citation = "Program policy: procedures"
    text = (
        "A resident in a procedure that needs a credential has a faculty member with that credential, unexpired, in the same "
        "activity and slot; a faculty member without it is not there."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 200)
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and slot."""
        wanted = set(people)
        for where, policy in split(roster, window):
            inside = slice(roster.day(where.start), roster.day(where.end) + 1)
            for index in policy.catalogue.where("needs_credential"):
                code = policy.catalogue.codes[index]
                there = roster.cells[:, inside] == roster.catalogue.index(code)
                if there.any():
                    for row, day, part, lacks in _broken(roster, code, where, there):
                        slot = Slot(where.start + days(day), part)
                        if (person := roster.program.people[row].id) in wanted:
                            yield self._say(person, code, slot, own=lacks)

    def _say(self, person: str, code: str, slot: Slot, *, own: bool) -> Finding:
        if own:
            text, about = f"{code} on {slot} without a valid credential of their own", code
            return self.finding(person, on(slot.date), 0, 1, "credentials", text, part=slot.part, about=about)
        text = f"{code} on {slot} without a credentialed attending in the same slot"
        return self.finding(
            person, on(slot.date), 0, 1, "credentialed attendings", text, part=slot.part, kind=FindingKind.GAP
        )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Everybody in the activity and slot, with their credential."""
        slot = Slot(finding.start, finding.part or Part.AM)
        code = roster.at(finding.person or "", slot) or ""
        people = [roster.program.by_id[p] for p in roster.holders(code, slot)]
        return [
            Line("activity", f"{code} on {slot}"),
            *(
                Line(
                    p.id,
                    "resident"
                    if p.is_resident
                    else ("valid" if p.credential(code, slot.date) else "no valid") + " credential",
                )
                for p in people
            ),
        ]


def _broken(
    roster: Roster, code: str, window: Window, there: NDArray[np.bool_]
) -> Iterator[tuple[int, int, Part, bool]]:
    """Row, day of the window, part, and whether it is the person's own credential that is missing."""
    people = roster.program.people
    residents = np.array([p.is_resident for p in people], np.bool_)
    covered = np.zeros(there.shape[1:], np.bool_)
    for row in np.flatnonzero(there.any(axis=(1, 2)) & ~residents):
        if not people[row].is_faculty:
            continue
        for day in map(int, np.flatnonzero(there[row].any(axis=1))):
            if people[row].credential(code, window.start + days(day)):
                covered[day] |= there[row, day]
            else:
                for (part,) in places(there[row, day]):
                    yield int(row), day, Part(part), True
    for resident, day, part in places(there & residents[:, None, None] & ~covered):
        yield resident, day, Part(part), False


RULE = Credentialed()

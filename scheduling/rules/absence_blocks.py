"""prog.absence_blocks: no work inside an approved absence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Category
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.rules.codes import codes_among, in_category
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import Hard, Line, Rule

_NO_WORK = (Category.TIME_OFF, Category.POST_CALL, Category.RECOVERY)


class AbsenceBlocks(Rule):
    """One finding per person and run of days. Faculty call and FMIT inside leave have rules of their own."""

    id = "prog.absence_blocks"
    title = "Absences block"
    citation = "Program policy: absences"
    text = "Nobody works on a slot of an approved absence or of the recovery after it."
    binding = Binding.MUST
    enforcement = Hard()
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person and run of days with work inside an absence."""
        if not roster.absent.any():
            return
        clash = _clash(roster)
        wanted = set(people)
        for row in np.flatnonzero(clash.any(axis=(1, 2))):
            person = roster.program.people[row].id
            if person not in wanted:
                continue
            held = np.flatnonzero(clash[row].any(axis=1))
            for run in np.split(held, np.flatnonzero(np.diff(held) > 1) + 1):
                where = Window(roster.date(run[0]), roster.date(run[-1]))
                if where.meets(window):
                    slots = int(clash[row, run].sum())
                    text = f"{slots} slots of work inside an approved absence, {where.start} to {where.end}"
                    yield self.finding(person, where, slots, 0, "slots", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """What stands on each of the dates."""
        row = roster.row(finding.person or "")
        clash = _clash(roster)[row]
        return [
            Line(f"{slot}", f"{roster.at(finding.person or '', slot)} while absent")
            for date in finding.window
            for part in np.flatnonzero(clash[roster.day(date)])
            for slot in (Slot(date, Part(int(part))),)
        ]


def _clash(roster: Roster) -> NDArray[np.bool_]:
    """(P, D, 3): work on absent slots, faculty call and FMIT left out."""
    rest = in_category(roster.catalogue, *_NO_WORK)
    at = np.flatnonzero(roster.absent)
    code = roster.cells.reshape(-1)[at]
    works = (code >= 0) & ~rest[code]
    at, code = at[works], code[works]
    faculty = np.array([p.is_faculty for p in roster.program.people], np.bool_)
    row, day, _ = np.unravel_index(at, roster.absent.shape)
    excused = np.zeros(len(at), np.bool_)
    for where, policy in split(roster, roster.window):
        own = codes_among(roster.catalogue, (policy.call.activity, policy.call.fmit_activity))
        inside = (day >= roster.day(where.start)) & (day <= roster.day(where.end))
        excused |= inside & faculty[row] & own[code]
    clash = np.zeros(roster.absent.shape, np.bool_)
    clash.reshape(-1)[at[~excused]] = True
    return clash


RULE = AbsenceBlocks()

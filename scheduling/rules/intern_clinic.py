"""prog.intern_clinic: the clinic half-days that rotation and year of training fix (domain.md §4)."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Category
from scheduling.model.calendar import academic_year, days, year_window
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.model.rotation import Rotation
from scheduling.model.weekpattern import read_day
from scheduling.rules.almanac import almanac
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.codes import in_category
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.places import places
from scheduling.rules.rule import Line, Rule, Soft, Tier, on

_HALF_DAYS = (Part.AM, Part.PM)
_EXCUSED = (Category.TIME_OFF, Category.EDUCATION, Category.RECOVERY, Category.POST_CALL)
Fixed = dict[tuple[int, Part], str]
"""The clinic of an ISO weekday and half-day."""


class FixedClinic(Rule):
    """C-I by year of training on FMIT, Wednesday morning for interns on outpatient rotations; lectures and time off excuse."""

    id = "prog.intern_clinic"
    title = "C-I and intern clinic"
    citation = "Program policy: continuity clinic"
    text = (
        "Residents on inpatient rotations have their follow-up clinic in the slot of their year of training, and interns on "
        "outpatient rotations clinic on Wednesday morning."
    )
    binding = Binding.POLICY
    enforcement = Soft(Tier.TRAINING, 20)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per resident and half-day."""
        residents = [p for p in people if roster.program.by_id[p].is_resident]
        rows = np.array([roster.rows[p] for p in residents], np.intp)
        excused, book = in_category(roster.catalogue, *_EXCUSED), almanac(roster)
        for where, policy in split(roster, window):
            for year in range(academic_year(where.start), academic_year(where.end) + 1):
                part = Window(max(where.start, year_window(year).start), min(where.end, year_window(year).end))
                inside = slice(roster.day(part.start), roster.day(part.end) + 1)
                pgy = np.array([roster.program.by_id[p].pgy(year) for p in residents], np.intp)
                weekday = (book.weekday * (roster.known & ~book.holiday))[inside]
                table = _due(roster, policy, int(pgy.max(initial=0)))
                rotation = roster.rotation[rows, inside] % np.int16(len(table))
                any_due = np.asarray((table >= 0).any(axis=-1))
                row, day = np.nonzero(any_due[rotation, pgy[:, None], weekday])
                due = table[rotation[row, day], pgy[row], weekday[day]]
                there = rows[row], inside.start + day, slice(Part.NIGHT)
                cells = roster.cells[there]
                missing = (due >= 0) & (cells != due) & ~excused[cells] & ~roster.absent[there]
                for at, half in places(missing):
                    slot, code = Slot(part.start + days(int(day[at])), Part(half)), due[at, half]
                    yield self._say(roster, residents[row[at]], slot, roster.catalogue.codes[code])

    def _say(self, roster: Roster, person: str, slot: Slot, code: str) -> Finding:
        text = f"{code} due on {slot.date:%a} {slot}, holds {roster.at(person, slot) or 'nothing'}"
        return self.finding(person, on(slot.date), 0, 1, "half-days", text, part=slot.part, kind=FindingKind.GAP)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Year of training, rotation, what is due and what stands there."""
        slot = Slot(finding.start, finding.part or Part.AM)
        person = roster.program.by_id[finding.person or ""]
        rotation, pgy = roster.rotation_of(person.id, slot.date), person.pgy(academic_year(slot.date))
        due = fixed_clinics(roster.policy(slot.date), rotation, pgy) if rotation else {}
        return [
            Line("year of training", f"PGY-{pgy}"),
            Line("rotation", rotation.name if rotation else "none"),
            Line(
                "due", f"{due.get((slot.date.isoweekday(), slot.part), 'nothing')} on {slot.date:%A} {slot.part.name}"
            ),
            Line("holds", roster.at(person.id, slot) or "nothing"),
        ]


@functools.lru_cache(maxsize=1024)
def _fixed(holder: ByDigest, rotation: Rotation, pgy: int) -> Fixed:
    return fixed_clinics(holder.policy, rotation, pgy)


def fixed_clinics(policy: Policy, rotation: Rotation, pgy: int) -> Fixed:
    """The clinic half-days of a week that the policy fixes for a rotation and year of training."""
    figures = policy.rotations
    if rotation.pattern in figures.outpatient:
        slot = figures.intern_clinic_slot
        return {(slot.weekday, slot.part): figures.clinic} if pgy == figures.intern_pgy else {}
    week = figures.week(rotation.pattern, rotation.activity, pgy)
    if week is None:
        return {}
    return {
        (weekday, part): token
        for weekday, text in enumerate(week.days, start=1)
        for part, token in zip(_HALF_DAYS, read_day(text), strict=False)
        if token in policy.catalogue and policy.catalogue[token].category is Category.CLINIC
    }


def _due(roster: Roster, policy: Policy, pgy: int) -> NDArray[np.int16]:
    """(rotations + 1, PGY + 1, 8, 2): the code due by rotation (the last: none), year, ISO weekday and half-day; -1 none."""
    table = np.full((len(roster.rotations) + 1, pgy + 1, 8, len(_HALF_DAYS)), -1, np.int16)
    for number, rotation in enumerate(roster.rotations):
        for year in range(1, pgy + 1):
            for (weekday, part), code in _fixed(ByDigest(policy), rotation, year).items():
                table[number, year, weekday, part] = roster.catalogue.index(code)
    return table


RULE = FixedClinic()

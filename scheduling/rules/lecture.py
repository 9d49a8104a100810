"""prog.lecture: lecture time is protected (domain.md §4)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Category
from scheduling.model.calendar import Block, days, next_weekday
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.codes import in_category
from scheduling.rules.eras import within
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import places
from scheduling.rules.rule import Line, Rule, Soft, Tier, on

_OTHER_WORK = (
    Category.CLINIC,
    Category.PROCEDURE,
    Category.OUTPATIENT,
    Category.ADMIN,
    Category.FLEX,
    Category.SUPERVISION,
)


_WEEK = 7


class Lecture(Rule):
    """Inpatient, night-float and call cells stand above lectures; exempt rotations excuse the whole block."""

    id = "prog.lecture"
    title = "Lectures are protected"
    citation = "Program policy: education"
    text = (
        "Residents who are not exempt have no other half-day at the weekly lecture; on the last Wednesday of a block lecture "
        "takes the morning and advising the afternoon."
    )
    binding = Binding.POLICY
    enforcement = Soft(Tier.TRAINING, 20)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per resident and half-day."""
        inside = within(roster, window)
        if inside is None:
            return
        slots = [
            (slot, block)
            for block in roster.program.calendar.blocks_in(inside)
            for slot in _lectures(roster.policy(block.start), block, inside)
            if slot.date not in roster.program.holidays
        ]
        residents = [p for p in people if roster.program.by_id[p].is_resident]
        rows = np.array([roster.rows[p] for p in residents], np.intp)
        when = [roster.day(slot.date) for slot, _ in slots], [slot.part for slot, _ in slots]
        cells = roster.cells[rows[:, None], when[0], when[1]]
        absent = roster.absent[rows[:, None], when[0], when[1]]
        exempt = {block.ref: _exempt(roster, rows, block) for block in {block for _, block in slots}}
        excused = np.stack([exempt[block.ref] for _, block in slots], axis=1) if slots else absent
        other = in_category(roster.catalogue, *_OTHER_WORK)
        for row, place in places(other[cells] & ~absent & ~excused):
            slot = slots[place][0]
            text = f"{roster.catalogue.codes[cells[row, place]]} on {slot.date:%a} {slot}, lecture time"
            yield self.finding(residents[row], on(slot.date), 1, 0, "half-days", text, part=slot.part)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The slot, what stands in it, the rotation."""
        slot = Slot(finding.start, Part.AM if finding.part is Part.AM else Part.PM)
        rotation = roster.rotation_of(finding.person or "", slot.date)
        block = roster.program.calendar.block_of(slot.date)
        return [
            Line(
                "lecture time",
                f"{slot.date:%A} {slot}"
                + (", last Wednesday of the block" if slot.date == block.last_wednesday else ""),
            ),
            Line("holds", roster.at(finding.person or "", slot) or "nothing"),
            Line("rotation", f"{rotation.name if rotation else 'none'}, not exempt"),
        ]


def _lectures(policy: Policy, block: Block, inside: Window) -> Iterator[Slot]:
    weekly, last = policy.rotations.lecture_slot, block.last_wednesday
    date = next_weekday(max(block.start, inside.start), weekly.weekday)
    while date <= min(block.end, inside.end):
        if date != last:
            yield Slot(date, weekly.part)
        date += days(_WEEK)
    if last is not None and last in inside:
        yield from (Slot(last, Part.AM), Slot(last, Part.PM))


def _exempt(roster: Roster, rows: NDArray[np.intp], block: Block) -> NDArray[np.bool_]:
    """(rows): those whom any rotation of the block excuses from lectures; a combination is excused as a whole.

    Whoever has no rotation has no lectures to miss.
    """
    first, last = max(block.start, roster.window.start), min(block.end, roster.window.end)
    figures = roster.policy(first).rotations
    excuses = [
        r.pattern in figures.lecture_exempt_patterns or r.activity in figures.lecture_exempt_activities
        for r in roster.rotations
    ]
    held = roster.rotation[rows, roster.day(first) : roster.day(last) + 1]
    return np.asarray(np.array([*excuses, False])[held].any(axis=1) | (held < 0).all(axis=1))


RULE = Lecture()

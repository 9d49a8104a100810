"""Which slots are lecture time, and whom it holds for (domain.md §4)."""

from __future__ import annotations

from scheduling.model.calendar import Block
from scheduling.model.part import Part, Slot
from scheduling.model.roster import Roster


def lecture_at(roster: Roster, person: str, slot: Slot) -> str | None:
    """The education a resident's slot is kept for: the weekly one, or that of the block's last Wednesday.

    None on holidays, for residents whom a rotation of the block excuses, and for all other slots.
    """
    if slot.date in roster.program.holidays:
        return None
    figures = roster.policy(slot.date).rotations
    block = roster.program.calendar.block_of(slot.date)
    if slot.date == block.last_wednesday and slot.part is not Part.NIGHT:
        code = figures.lecture if slot.part is Part.AM else figures.advising
    elif (slot.date.isoweekday(), slot.part) == (figures.lecture_slot.weekday, figures.lecture_slot.part):
        code = figures.lecture
    else:
        return None
    return None if _is_exempt(roster, person, block) else code


def _is_exempt(roster: Roster, person: str, block: Block) -> bool:
    """A combination is excused as a whole; without a rotation there is nothing to attend."""
    figures = roster.policy(block.start).rotations
    held = {roster.rotation_of(person, date) for date in block.window} - {None}
    return not held or any(
        rotation.pattern in figures.lecture_exempt_patterns or rotation.activity in figures.lecture_exempt_activities
        for rotation in held
        if rotation is not None
    )

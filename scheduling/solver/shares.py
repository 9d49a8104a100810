"""What each resident is to get in a block, as `prog.requirement` measures it."""

from __future__ import annotations

import functools

from scheduling.model.calendar import SATURDAY, Block, academic_year
from scheduling.model.part import Part, Slot
from scheduling.model.requirement import Requirement, Share, shares
from scheduling.model.roster import Roster
from scheduling.model.rotation import Rotation


def shares_in(roster: Roster, person: str, block: Block) -> tuple[Share, ...]:
    """The resident's shares of the block: weekday half-days without leave and holidays, by rotation."""
    there: dict[Rotation, int] = {}
    for date in block.window:
        rotation = roster.rotation_of(person, date)
        if rotation is None or date.isoweekday() >= SATURDAY or date in roster.program.holidays:
            continue
        free = sum(not roster.is_absent(person, Slot(date, part)) for part in (Part.AM, Part.PM))
        there[rotation] = there.get(rotation, 0) + free
    there = {rotation: count for rotation, count in there.items() if count}
    if not there:
        return ()
    pgy = roster.program.by_id[person].pgy(academic_year(block.end))
    return _shares(roster.policy(block.start).requirements, tuple(sorted(there.items())), pgy)


@functools.lru_cache(maxsize=4096)
def _shares(
    requirements: tuple[Requirement, ...], there: tuple[tuple[Rotation, int], ...], pgy: int
) -> tuple[Share, ...]:
    return shares(requirements, dict(there), pgy)

"""What becomes of active overrides when a new version goes under them (domain.md §8, §10)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Slot
from scheduling.model.roster import Roster


class Fate(StrEnum):
    """No override is ever dropped: it holds on, is already said by the version, or asks for a person's decision."""

    KEPT = "kept"
    MOVED = "moved"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Rebased:
    """One override and its fate; `reason` says in ids and codes what stands in the way, or where it moved to."""

    override: Override
    fate: Fate
    reason: str = ""


def rebase(overrides: Iterable[Override], old: Roster, new: Roster) -> tuple[Rebased, ...]:
    """The fate of every active override whose slot lies in the window of `new`, ordered by slot and person.

    `old` and `new` share program and window and differ in their versions. KEPT: the same assignment stands under the
    override and a replacement is free. MOVED: the new version itself holds what the override made, so nothing is left
    to apply. CONFLICT: neither; the override stays stored and active, without effect until somebody decides.
    """
    listed = sorted((o for o in overrides if o.slot.date in new.window), key=lambda o: (o.slot, o.person))
    opened = {(o.person, o.slot) for o in listed if new.base_at(o.person, o.slot) == o.activity}
    return tuple(_fate(o, old, new, opened) for o in listed)


def _fate(override: Override, old: Roster, new: Roster, opened: set[tuple[str, Slot]]) -> Rebased:
    now = new.base_at(override.person, override.slot)
    taker = override.replacement
    if now == override.activity:
        held = new.base_at(taker, override.slot) if taker else None
        if held is not None and (taker, override.slot) not in opened:
            return Rebased(override, Fate.CONFLICT, f"{taker} now holds {held} there")
        return Rebased(override, Fate.KEPT)
    if override.type is OverrideType.COVERAGE and taker and new.base_at(taker, override.slot) == override.activity:
        return Rebased(override, Fate.MOVED, f"the version gives {override.activity} to {taker}")
    if override.type is OverrideType.CANCELLATION and now is None:
        return Rebased(override, Fate.MOVED, f"the version leaves {override.person} open there")
    if override.type is OverrideType.GAP and (takers := _takers(override, old, new)):
        return Rebased(override, Fate.MOVED, f"the version gives {override.activity} to {', '.join(takers)}")
    return Rebased(override, Fate.CONFLICT, f"{override.person} now holds {now}" if now else "the assignment is gone")


def _takers(override: Override, old: Roster, new: Roster) -> list[str]:
    """Who holds the gapped activity in the new base and did not in the old one."""
    return [
        p.id
        for p in new.program.people
        if new.base_at(p.id, override.slot) == override.activity
        and old.base_at(p.id, override.slot) != override.activity
    ]

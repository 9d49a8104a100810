"""Single points of failure: people nobody could stand in for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from scheduling.model.eligibility import FMIT_NIGHT, blockers
from scheduling.model.part import Slot, Window
from scheduling.model.roster import Roster
from scheduling.services.coverage.duties import Duty, Need


@dataclass(frozen=True, slots=True)
class SinglePoint:
    """One person without whom a duty stays undone, on `slots` slots of the window: nobody else could take them."""

    person: str
    activity: str
    slots: int
    window: Window


def single_points(roster: Roster, needed: Iterable[Need]) -> list[SinglePoint]:
    """By person and activity. Somebody could take a duty who is free, or may give up what they hold there.

    A duty with people to spare has no single point.
    """
    found: dict[tuple[str, str], list[Slot]] = {}
    for need in needed:
        if len(need.present) != need.needed or _replaceable(roster, need):
            continue
        for person in need.present:
            found.setdefault((person, need.activity), []).append(need.slot)
    points = [
        SinglePoint(person, activity, len(slots), Window(min(slots).date, max(slots).date))
        for (person, activity), slots in found.items()
    ]
    return sorted(points, key=lambda p: (-p.slots, p.person, p.activity))


def _replaceable(roster: Roster, need: Need) -> bool:
    original = need.present[0]
    for person in roster.program.people:
        if not person.takes_call or person.id in need.present:
            continue
        if need.duty is Duty.PROCEDURE and not person.credential(need.activity, need.slot.date):
            continue
        against = blockers(roster, person.id, need.slot, need.activity, original=original)
        # The night that is the inpatient attending's own is no longer theirs once they fall out.
        if all(b.lifts is not None or b.rule == FMIT_NIGHT for b in against):
            return True
    return False

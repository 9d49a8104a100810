"""Attending time asked for and supplied in a slot (domain.md §5)."""

from __future__ import annotations

from scheduling.model.calendar import academic_year
from scheduling.model.part import Slot
from scheduling.model.roster import Roster


def demand(roster: Roster, slot: Slot, site: str | None = None) -> int:
    """Attendings that the residents in supervised clinic work ask for, at one site or in all; rounded up once, on the sum.

    The schedule decides, not the absences beside it: a clinic that still stands is counted, as `prog.supervision` does.
    """
    if slot.date not in roster.window:
        return 0
    figures = roster.policy(slot.date).supervision
    year = academic_year(slot.date)
    units = 0
    column = roster.cells[:, roster.day(slot.date), slot.part]
    for index in roster.catalogue.where("needs_supervision"):
        extra = roster.catalogue.activities[index].supervision_extra
        for row in (column == index).nonzero()[0]:
            person = roster.program.people[row]
            if person.is_resident and site in (None, person.site):
                units += (figures.pgy1_units if person.pgy(year) <= 1 else figures.senior_units) + extra
    return -(-units // figures.units_per_attending)


def attendings(roster: Roster, slot: Slot, site: str | None = None) -> tuple[str, ...]:
    """Ids of the faculty who supply supervision in the slot (AT or PCAT), at one site or in all, and are not absent."""
    if slot.date not in roster.window:
        return ()
    column = roster.cells[:, roster.day(slot.date), slot.part]
    found = []
    for index in roster.catalogue.where("supplies_supervision"):
        for row in (column == index).nonzero()[0]:
            person = roster.program.people[row]
            if person.is_faculty and site in (None, person.site) and not roster.is_absent(person.id, slot):
                found.append(person.id)
    return tuple(sorted(found))

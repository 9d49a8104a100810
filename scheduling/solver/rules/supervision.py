"""Attending time meets the demand of the residents in supervised work, slot by slot and site by site."""

from __future__ import annotations

from scheduling.model.calendar import academic_year
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.slot_book import slot_book
from scheduling.solver.sums import Sum

STAGES = (Stage.BLOCK,)


def constrain(rule: Rule, build: Build) -> None:
    """Quarter units of demand less those of supply; every started attending that is missing is charged once.

    Holding the sum to whole attendings is the ceiling: no rounding variable is needed.
    """
    book = slot_book(build)
    for slot in book.slots:
        figures = build.problem.roster.policy(slot.date).supervision
        year = academic_year(slot.date)
        for site in book.sites:
            units = Sum()
            for presence in book.at(slot):
                if presence.person.site != site:
                    continue
                if presence.person.is_resident and presence.activity.needs_supervision:
                    own = figures.pgy1_units if presence.person.pgy(year) == 1 else figures.senior_units
                    units.add(presence.literal, own + presence.activity.supervision_extra)
                elif presence.person.is_faculty and presence.activity.supplies_supervision:
                    units.add(presence.literal, -figures.units_per_attending)
            where = Where((), (slot.date,), slot.part, site)
            build.at_most(rule, where, units, 0, unit=figures.units_per_attending)

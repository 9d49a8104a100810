"""No more clinicians in a slot than there are rooms, at each clinic site; above the soft limit there is a price."""

from __future__ import annotations

from collections import defaultdict

from scheduling.model.person import Kind
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.slot_book import slot_book
from scheduling.solver.sums import Literal, Sum

STAGES = (Stage.BLOCK,)


def constrain(rule: Rule, build: Build) -> None:
    """Rooms taken against both limits; an activity that shares one room counts once."""
    book = slot_book(build)
    for slot in book.slots:
        figures = build.problem.roster.policy(slot.date).rooms
        for site in book.sites:
            taken = Sum()
            once: dict[str, list[Literal]] = defaultdict(list)
            for presence in book.at(slot):
                activity = presence.activity
                if presence.person.site != site or presence.person.kind is Kind.LEARNER or not activity.uses_room:
                    continue
                if activity.room_once:
                    once[activity.code].append(presence.literal)
                else:
                    taken.add(presence.literal)
            for literals in once.values():
                taken.add(build.either(*literals))
            where = Where((), (slot.date,), slot.part, site)
            build.at_most(rule, where, taken, figures.hard)
            build.at_most("room_soft", where, taken, figures.soft)

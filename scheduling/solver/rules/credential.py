"""A resident in a procedure that needs a credential has a credentialed faculty member in the same activity and slot."""

from __future__ import annotations

from collections import defaultdict

from scheduling.model.part import Slot
from scheduling.rules.rule import Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.slot_book import Presence, slot_book
from scheduling.solver.sums import Literal, Sum

STAGES = (Stage.BLOCK,)


def constrain(rule: Rule, build: Build) -> None:
    """Each resident against one literal that says an attending is there; faculty without the credential are not.

    To a human the condition is one of person and procedure, not of each slot. Faculty who are already placed serve every site, faculty placed here serve their own: sites stay apart.
    """
    book = slot_book(build)
    for slot in book.slots:
        by_code: dict[str, list[Presence]] = defaultdict(list)
        for presence in book.at(slot):
            if presence.activity.needs_credential:
                by_code[presence.activity.code].append(presence)
        for code, there in by_code.items():
            attendings = [p for p in there if p.person.is_faculty and p.person.credential(code, slot.date)]
            for presence in there:
                where = Where((presence.person.id,), (slot.date,), slot.part, code)
                if build.explaining:
                    where = Where((presence.person.id,), (), None, code)
                if presence.person.is_resident:
                    covered = _covered(build, attendings, presence.person.site, slot)
                    build.at_most(rule, where, Sum([presence.literal]).add(covered, -1), 0)
                elif presence.person.is_faculty and presence not in attendings:
                    build.at_most(rule, where, Sum([presence.literal]), 0)


def _covered(build: Build, attendings: list[Presence], site: str, slot: Slot) -> Literal:
    near = [p for p in attendings if p.person.site == site or _placed(build, p, slot)]
    return build.either(*(p.literal for p in near))


def _placed(build: Build, presence: Presence, slot: Slot) -> bool:
    """True for somebody who is there already; an explaining build makes a choice of what is locked."""
    return isinstance(presence.literal, int) or not build.problem.is_free(presence.person.id, slot)

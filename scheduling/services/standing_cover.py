"""What still stands when an absence blocks no more: the overrides that covered it, and other absences on its dates."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduling.model.absence import Absence
from scheduling.model.part import Slot, Window
from scheduling.model.plan import CASCADE
from scheduling.model.plan_body import plan_of
from scheduling.model.program import Program
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class StandingCover:
    """Ids, overrides by slot. `plans` covered nothing but this absence; `single` are the overrides of no such plan.

    `absences` are others of the person that go on blocking some of its dates.
    """

    overrides: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    single: tuple[str, ...] = ()
    absences: tuple[str, ...] = ()


async def standing_cover(unit: UnitOfWork, program: Program, absence: Absence) -> StandingCover:
    """The cover of an approved absence that is about to block no more; what another absence still needs is left out."""
    window = Window(absence.start, _last(program, absence))
    others = [a for a in program.absences_of(absence.person) if a.id != absence.id and a.blocks]
    active = await unit.overrides.active(program.slug, window)
    mine = [o for o in active if o.person == absence.person]
    needed = [o for o in mine if any(_blocks(program, a, o.slot) for a in others)]
    freed = [o for o in mine if o not in needed and _blocks(program, absence, o.slot)]
    plans = [
        plan
        for plan in sorted({o.plan for o in freed if o.plan})
        if plan not in {o.plan for o in needed} and await _is_for(unit, program, plan, absence)
    ]
    return StandingCover(
        overrides=tuple(o.id for o in freed),
        plans=tuple(plans),
        single=tuple(o.id for o in freed if o.plan not in plans),
        absences=tuple(a.id for a in others if Window(a.start, _last(program, a)).meets(window)),
    )


async def _is_for(unit: UnitOfWork, program: Program, plan: str, absence: Absence) -> bool:
    """True for a cascade that covers nobody else and no dates beyond: it can be taken back whole."""
    stored = await unit.plans.get(program.slug, plan)
    if stored.kind != CASCADE:
        return False
    made = plan_of(stored.body)
    inside = absence.start <= made.window.start and made.window.end <= _last(program, absence)
    return made.absent == (absence.person,) and inside


def _blocks(program: Program, absence: Absence, slot: Slot) -> bool:
    return absence.blocks_slot(slot, program.policies.at(absence.end).absences.recovery_days)


def _last(program: Program, absence: Absence) -> dt.date:
    return absence.blocked_until(program.policies.at(absence.end).absences.recovery_days)

"""Whether a plan still does what it says, on the roster as it is now: plain reading, no search."""

from __future__ import annotations

from collections.abc import Iterator

from scheduling.model.eligibility import COVERING, TAKEN, blockers
from scheduling.model.overlay import overlaid
from scheduling.model.plan import CascadePlan
from scheduling.model.roster import Roster


def planned_roster(roster: Roster, plan: CascadePlan) -> Roster:
    """The roster as it would be with the plan applied."""
    return overlaid(roster, plan.laid_on((*roster.overrides, *roster.unapplied)))


def objections(roster: Roster, plan: CascadePlan) -> tuple[str, ...]:
    """A sentence for everything that stands against applying the plan to the roster; empty when it holds."""
    return tuple(_objections(planned_roster(roster, plan), plan))


def _objections(after: Roster, plan: CascadePlan) -> Iterator[str]:
    mine = {o.id for o in plan.overrides()}
    for override in after.unapplied:
        if override.id in mine:
            yield f"{override.person} no longer holds {override.activity} at {override.slot}"
    for double in after.doubled:
        if double.override in mine:
            yield f"{double.person} is taken at {double.slot}"
    for step in plan.steps:
        if step.to is not None:
            reasons = blockers(after, step.to, step.slot, step.activity, original=step.person)
            yield from (b.message for b in reasons if b.rule not in (TAKEN, COVERING))

"""`plan`: a stored cover plan in full, and whether it can still be applied."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from auth.plan_shapes import PlanShape
from resources.resource import Body, Call, ProgramPlace, Resource, Scope
from scheduling.services.cascade import read_plan


class PlanPlace(ProgramPlace):
    """One plan."""

    id: Annotated[str, Field(min_length=1, max_length=40)]


class PlanBody(Body, PlanShape):
    """The plan with every step and charge. `moved` says what has changed under it: then it is stale."""

    kind: str
    state: str
    people: tuple[str, ...]
    start: str
    end: str
    reason: str | None = None
    versions: dict[str, str]
    overlay: int
    moved: dict[str, Any] | None = None
    made_by: str
    made_at: str


async def handle(place: PlanPlace, call: Call) -> PlanBody:
    """Read a plan."""
    offer, moved = await read_plan(call.unit, call.program, place.id)
    stored, plan = offer.stored, offer.plan
    sensitive = all(call.access.sees(Scope.PEOPLE_ABSENCE, person) for person in plan.absent)
    return PlanBody(
        **dict(PlanShape.of(offer)),
        kind=stored.kind,
        state=stored.state.value,
        people=plan.absent,
        start=plan.window.start.isoformat(),
        end=plan.window.end.isoformat(),
        reason=str(stored.body.get("reason", "")) or None if sensitive else None,
        versions={str(ref): version for ref, version in stored.versions.items()},
        overlay=stored.overlay,
        moved=moved or None,
        made_by=stored.made_by,
        made_at=stored.made_at.isoformat(),
    )


async def complete_plan(prefix: str, _: object, call: Call) -> list[str]:
    """Ids of plans, newest first."""
    async with call.unit() as unit:
        return [p.id for p in await unit.plans.listed(call.program) if p.id.startswith(prefix)]


RESOURCE = Resource(
    "housestaff://{program}/plan/{id}",
    "plan",
    "Plan",
    "A stored cover plan in full: every step with its penalties, gaps, figures before and after, and what has moved since.",
    PlanPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions={"id": complete_plan},
)

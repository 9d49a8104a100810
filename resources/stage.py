"""`stage`: everything a publication would change, in full."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.stage_shapes import StageShape
from resources.resource import Body, Call, ProgramPlace, Resource, Scope


class StagePlace(ProgramPlace):
    """One stage."""

    id: Annotated[str, Field(min_length=1, max_length=40)]


class StageBody(Body, StageShape):
    """The stage with every change, finding and override."""

    made_by: str
    made_at: str


async def handle(place: StagePlace, call: Call) -> StageBody:
    """Read a stage."""
    async with call.unit() as unit:
        stored = await unit.stages.get(call.program, place.id, changes=True)
    return StageBody(**dict(StageShape.of(stored)), made_by=stored.made_by, made_at=stored.made_at.isoformat())


async def complete_stage(prefix: str, _: object, call: Call) -> list[str]:
    """Ids of stages, newest first."""
    async with call.unit() as unit:
        return [s.id for s in await unit.stages.listed(call.program) if s.id.startswith(prefix)]


RESOURCE = Resource(
    "housestaff://{program}/stage/{id}",
    "stage",
    "Stage",
    "A staged publication in full: effective diff cell by cell, guard, flags, findings, overrides, who would be told.",
    StagePlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions={"id": complete_stage},
)

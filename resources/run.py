"""`run`: a solve run in full, with its gap curve and what it was asked."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any

from pydantic import Field

from auth.run_shapes import RunShape, note_of
from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape
from scheduling.services.solve import Preserved, SnapshotKeys, read_run, read_snapshot


class RunPlace(ProgramPlace):
    """One run."""

    id: Annotated[str, Field(min_length=1, max_length=40)]


class PointShape(Shape):
    """One point of the gap curve."""

    seconds: float
    tier: str
    incumbent: int | None
    bound: int | None


class SnapshotShape(Shape):
    """The newest incumbent that was preserved; `damaged` snapshots are refused."""

    tier: str | None = None
    objective: int | None = None
    at: dt.datetime | None = None
    damaged: int


class RunBody(Body, RunShape):
    """The run. `problem` and `solution` are hashes: equal ones name equal problems and equal schedules."""

    request: dict[str, Any]
    curve: tuple[PointShape, ...]
    problem: str | None = None
    solution: str | None = None
    effort: float | None = None
    tries: int
    snapshot: SnapshotShape | None = None
    note: str | None = None
    made_by: str
    made_at: dt.datetime
    started_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None


async def handle(place: RunPlace, call: Call) -> RunBody:
    """Read a run."""
    run = await read_run(call.unit, call.program, place.id)
    kept = await read_snapshot(call.unit, run.id, call.port(SnapshotKeys))
    result = run.result or {}
    points = [dict(zip(PointShape.model_fields, point, strict=True)) for point in run.progress.get("curve", ())]
    return RunBody(
        **dict(RunShape.of_run(run)),
        request=run.request.as_json(),
        curve=tuple(PointShape.model_validate(point) for point in points),
        problem=result.get("problem"),
        solution=result.get("solution"),
        effort=result.get("effort"),
        tries=run.tries,
        snapshot=_snapshot(kept),
        note=note_of(run),
        made_by=run.made_by,
        made_at=run.made_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
    )


def _snapshot(kept: Preserved) -> SnapshotShape | None:
    found = kept.snapshot
    if found is None:
        return SnapshotShape(damaged=kept.refused) if kept.refused else None
    return SnapshotShape(tier=found.tier, objective=found.objective, at=found.at, damaged=kept.refused)


async def complete_run(prefix: str, _: object, call: Call) -> list[str]:
    """Ids of runs, newest first."""
    async with call.unit() as unit:
        return [r.id for r in await unit.runs.listed(call.program) if r.id.startswith(prefix)]


RESOURCE = Resource(
    "housestaff://{program}/run/{id}",
    "run",
    "Solve run",
    "A solve run in full: request, state, gap curve, each tier's proof, draft versions, or the conflict and ways out.",
    RunPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions={"id": complete_run},
)

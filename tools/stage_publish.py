"""`stage_publish`: show exactly what publishing would change, and store it for a digest to commit."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.stage_shapes import StageShape
from scheduling.model.stage import Settles, StoredStage
from scheduling.services.stage import stage_publish
from tools.tool import Args, Call, Detail, Effect, Next, Result, Scope, Tool

DESCRIPTION = (
    "Measure what publishing versions (of one or several blocks, together) would change, and store it; nothing goes live. "
    "Gives the effective diff, the guard with every cause, findings new and resolved, overrides kept, moved or in "
    "conflict, and flags, each to be acknowledged by id or settled by break-glass. In full: housestaff://PROGRAM/stage/ID. "
    "Next: show it to a person, then publish with its digest within 24 hours."
)
_LIMITS = {Detail.CONCISE: 5, Detail.DETAILED: 40}


class StagePublishArgs(Args):
    """What to stage."""

    versions: Annotated[
        tuple[Annotated[str, Field(min_length=8, max_length=64)], ...],
        Field(min_length=1, max_length=20, description="Version ids, one for each block."),
    ]
    detail: Annotated[Detail, Field(description="How much to return.")] = Detail.CONCISE


class StagePublishResult(Result, StageShape):
    """The stage, its lists cut; flags and conflicts are whole."""


async def handle(args: StagePublishArgs, call: Call) -> StagePublishResult:
    """Stage the versions."""
    stored = await stage_publish(call.unit, call.program, args.versions)
    shape = StageShape.of(stored, _LIMITS[args.detail])
    return StagePublishResult(**dict(shape), note=_note(stored), next=_next(stored, call))


def _note(stored: StoredStage) -> str | None:
    if stored.verdict == "reject" or any(f.blocking for f in stored.flags):
        return "This stage cannot be published: change the versions first."
    return None


def _next(stored: StoredStage, call: Call) -> tuple[Next, ...] | None:
    if _note(stored) or not call.access.may(Scope.SCHEDULE_COMMIT):
        return None
    acknowledge = [f.id for f in stored.flags if f.settled_by is Settles.ACKNOWLEDGING]
    arguments = {"program": call.program, "stage": stored.id, "digest": stored.digest, "acknowledge": acknowledge}
    return (Next(tool="publish", arguments=arguments, why="only after a person has agreed to each flag"),)


TOOL = Tool(
    "stage_publish",
    "Stage a publication",
    DESCRIPTION,
    StagePublishArgs,
    StagePublishResult,
    scopes={Scope.SCHEDULE_PROPOSE},
    effect=Effect.PROPOSE,
    handle=handle,
)

"""`cancel_run`: stop a solve and keep the best schedule it found."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.run_shapes import RunShape, note_of
from scheduling.services.solve import stop_run
from tools.solve_schedule import following
from tools.tool import Args, Call, Effect, Result, Scope, Tool

DESCRIPTION = (
    "Stop a solve run. A running search ends within a second and its best schedule so far is kept as a draft, not proved; a "
    "waiting one never starts. A run that is over stays as it is."
)


class CancelRunArgs(Args):
    """Which run."""

    run: Annotated[str, Field(min_length=1, max_length=40, description="Run id.")]


class CancelRunResult(Result, RunShape):
    """The run as it stands now."""

    trims = ("new_musts", "gaps", "troubles", "blocks")


async def handle(args: CancelRunArgs, call: Call) -> CancelRunResult:
    """Stop the run."""
    run = await stop_run(call.unit, call.program, args.run)
    return CancelRunResult(**dict(RunShape.of_run(run)), note=note_of(run), next=following(run, call))


TOOL = Tool(
    "cancel_run",
    "Stop a solve",
    DESCRIPTION,
    CancelRunArgs,
    CancelRunResult,
    scopes={Scope.SCHEDULE_PROPOSE},
    effect=Effect.COMMIT,
    handle=handle,
    idempotent=True,
)

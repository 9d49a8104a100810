"""`get_run`: how far a solve is, and what came of it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.run_shapes import RunShape, note_of
from scheduling.services.solve import wait_for, workers_there
from tools.solve_schedule import following, told
from tools.tool import Args, Call, Effect, Result, Scope, Tool

DESCRIPTION = (
    "How far a solve run is: phase, tier, cost of the best schedule so far, bound, gap; once it is over, its draft versions "
    "with each tier's proof, or the minimal conflict (core) and ways out (relaxations). With wait it answers when the run "
    "ends, reporting progress meanwhile. In full, with the gap curve: housestaff://PROGRAM/run/ID."
)


class GetRunArgs(Args):
    """Which run."""

    run: Annotated[str, Field(min_length=1, max_length=40, description="Run id.")]
    wait: Annotated[float, Field(ge=0, le=50, description="Seconds to wait for its end.")] = 0


class GetRunResult(Result, RunShape):
    """The run as it stands."""

    trims = ("new_musts", "gaps", "troubles", "blocks")


async def handle(args: GetRunArgs, call: Call) -> GetRunResult:
    """Read the run, waiting for its end where asked to."""
    run = await wait_for(call.unit, call.program, args.run, args.wait, told(call.progress))
    workers = None if run.state.over else await workers_there(call.unit)
    return GetRunResult(**dict(RunShape.of_run(run)), note=note_of(run, workers), next=following(run, call))


TOOL = Tool(
    "get_run",
    "Follow a solve",
    DESCRIPTION,
    GetRunArgs,
    GetRunResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

"""`solve_schedule`: have the optimiser make a schedule, as a run that can be watched and stopped."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.call import Progress
from auth.fields import BlockName, Day, PersonId, TargetName
from auth.run_shapes import ProgressShape, RunShape, note_of
from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError
from scheduling.model.run import Frozen, Reopen, RunRequest, RunState, StoredRun
from scheduling.services.solve import Watch, ask, wait_for
from tools.tool import Args, Call, Effect, Next, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Make a schedule: a block's half-days and open calls, or a year: FMIT weeks and calls, then every block. Locked cells, frozen dates and "
    "overridden slots stay; change against `from` is priced; after an absence only its weeks move. Tiers safety > training "
    "> operations > preference, each with its proof. Nothing goes live: the result is draft versions. Same request, same "
    "facts: the same run and the same schedule. Still running: get_run. Next: stage_publish with result_versions."
)
FEW_SECONDS = 8.0


class FreezeArg(Shape):
    """Dates that keep what they hold, of one person or of everybody."""

    start: Day
    end: Day
    person: PersonId | None = None


class SolveArgs(Args):
    """What to solve, from what, and how long."""

    block: Annotated[BlockName | None, Field(description="Such as 2025/10.")] = None
    year: Annotated[int | None, Field(ge=1970, le=2199, description="Instead: the academic year's first.")] = None
    from_: Annotated[
        TargetName, Field(alias="from", description="live, version:ID, stage:ID or run:ID to start from.")
    ] = "live"
    freeze: Annotated[tuple[FreezeArg, ...], Field(max_length=100, description="Dates that stay as they are.")] = ()
    objective: Annotated[str | None, Field(max_length=40, description="Profile of the policy.")] = None
    reopen: Annotated[Reopen | None, Field(description="Year: recorded calls (weeks: and weeks) move too.")] = None
    seed: Annotated[int, Field(ge=0, le=2**31 - 1, description="Another seed may give an equal schedule.")] = 0
    effort: Annotated[float, Field(gt=0, le=10_000, description="Deterministic units, about 2 s each.")] = 30
    deterministic: Annotated[bool, Field(description="false: portfolio search, not reproducible.")] = True
    wait: Annotated[float, Field(ge=0, le=50, description="Seconds to wait for the result.")] = FEW_SECONDS

    def request(self) -> RunRequest:
        """What is asked of the solver; InvalidError unless it is a block or a year."""
        if (self.block is None) == (self.year is None):
            raise InvalidError("block", "give either block or year")
        ref = None if self.block is None else BlockRef.parse(self.block)
        return RunRequest(
            year=ref.year if ref else self.year or 0,
            number=ref.number if ref else None,
            origin=self.from_,
            freeze=tuple(Frozen(f.start, f.end, f.person) for f in self.freeze),
            objective=self.objective,
            reopen=self.reopen,
            seed=self.seed,
            effort=self.effort,
            deterministic=self.deterministic,
        )


class SolveResult(Result, RunShape):
    """The run, finished or under way."""

    trims = ("new_musts", "gaps", "troubles", "blocks")

    repeated: Annotated[bool | None, Field(description="True: the run of an earlier request.")] = None


async def handle(args: SolveArgs, call: Call) -> SolveResult:
    """Queue the run and wait a little."""
    asked = await ask(call.unit, call.program, args.request())
    run = asked.run
    if not run.state.over and asked.workers:
        run = await wait_for(call.unit, call.program, run.id, args.wait, told(call.progress))
    return SolveResult(
        **dict(RunShape.of_run(run)),
        repeated=asked.repeated or None,
        note=note_of(run, asked.workers),
        next=following(run, call),
    )


def told(progress: Progress) -> Watch:
    """Progress of a run as the caller's client shows it."""

    async def watch(run: StoredRun) -> None:
        shape = ProgressShape.of(run)
        await progress(shape.seconds, None, shape.sentence)

    return watch


def following(run: StoredRun, call: Call) -> tuple[Next, ...] | None:
    """What to do with a run: look again, or look at what it made and stage it."""
    if not run.state.over:
        return (Next(tool="get_run", arguments={"program": call.program, "run": run.id, "wait": 30}),)
    if run.state is RunState.INFEASIBLE or not run.versions:
        return None
    stage = Next(tool="stage_publish", arguments={"program": call.program, "versions": list(run.versions)})
    return (stage,) if call.access.may(Scope.SCHEDULE_PROPOSE) else None


TOOL = Tool(
    "solve_schedule",
    "Solve a schedule",
    DESCRIPTION,
    SolveArgs,
    SolveResult,
    scopes={Scope.SCHEDULE_PROPOSE},
    effect=Effect.PROPOSE,
    handle=handle,
    idempotent=True,
)

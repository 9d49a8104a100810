"""`publish`: make a stage's versions live."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from auth.break_glass import BreakGlassGiven, glass_of
from scheduling.model.stage import StageState, StoredStage
from scheduling.services.publish import publish
from scheduling.services.publish_gates import Consent
from tools.tool import Args, Call, Effect, Result, Scope, Tool

DESCRIPTION = (
    "Make a stage's versions live, all together, and tell everybody concerned. Needs the stage's digest, and every flag "
    "that can be acknowledged named by its id: acknowledge only what a person agreed to. Refused as stale when anything "
    "moved since it was staged (stage again), as guard_rejected with every open cause. Asks the person where the client "
    "can. The same stage again returns the same result. Undo: rollback, within its window."
)


class PublishArgs(Args):
    """Which stage, and what is agreed to."""

    stage: Annotated[str, Field(max_length=40, description="Stage id.")]
    digest: Annotated[str, Field(min_length=64, max_length=64, description="Its digest.")]
    acknowledge: Annotated[
        tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=2000, description="Flag ids agreed to.")
    ] = ()
    break_glass: BreakGlassGiven = None


class PublishResult(Result):
    """What is live now, what was before, and until when it can be rolled back."""

    versions: dict[str, str]
    previous: dict[str, str | None]
    rollback_until: dt.datetime
    notified: int
    conflicts: tuple[str, ...]


async def handle(args: PublishArgs, call: Call) -> PublishResult:
    """Publish the stage."""
    consent = Consent(str(call.access.role), frozenset(args.acknowledge), glass_of(args.break_glass))
    done = await publish(call.unit, call.program, args.stage, args.digest, consent)
    notes = ["It was published before; nothing was done now."] if done.repeated else []
    if done.conflicts:
        notes.append("These overrides lost their hold: decide each (revert it, or set another).")
    return PublishResult(
        versions={str(block): version for block, version in done.versions.items()},
        previous={str(block): version for block, version in done.previous.items()},
        rollback_until=done.rollback_until,
        notified=len(done.people),
        conflicts=tuple(done.conflicts),
        note=" ".join(notes) or None,
    )


async def question(args: PublishArgs, call: Call) -> str | None:
    """What a person is asked before the commit; None where nothing would be done."""
    async with call.unit() as unit:
        stored = await unit.stages.get(call.program, args.stage)
    return _asked(stored, len(args.acknowledge)) if stored.state is StageState.STAGED else None


def _asked(stored: StoredStage, acknowledged: int) -> str:
    blocks = ", ".join(str(block) for block in stored.versions)
    people = len(stored.body["people"])
    flags = f", acknowledging {acknowledged} flags" if acknowledged else ""
    return f"Publish block {blocks} ({stored.id})? It changes the schedule of {people} people{flags}."


TOOL = Tool(
    "publish",
    "Publish a stage",
    DESCRIPTION,
    PublishArgs,
    PublishResult,
    scopes={Scope.SCHEDULE_COMMIT},
    effect=Effect.COMMIT,
    handle=handle,
    idempotent=True,
    question=question,
)

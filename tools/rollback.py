"""`rollback`: undo a publication exactly."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from scheduling.model.lifecycle import VersionState
from scheduling.model.rebase import Fate
from scheduling.services.rollback import LONGEST_REASON, rollback
from tools.tool import Args, Call, Effect, Result, Scope, Tool

DESCRIPTION = (
    "Undo the publication that made a version live: every block it published returns to exactly the version it had "
    "before. Within the rollback window (24 hours by default); refused as conflict when something newer stands on top, "
    "naming it. Asks the person where the client can. Doing it again changes nothing more."
)


class RollbackArgs(Args):
    """Which publication, and why."""

    version: Annotated[str, Field(min_length=8, max_length=64, description="The live version to undo.")]
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="Kept with it.")]


class RollbackResult(Result):
    """What is live again (null: nothing was), and overrides that hold no more."""

    versions: dict[str, str | None]
    conflicts: tuple[str, ...]


async def handle(args: RollbackArgs, call: Call) -> RollbackResult:
    """Roll it back."""
    async with call.unit() as unit:
        done = await rollback(unit, call.program, args.version, args.reason)
    return RollbackResult(
        versions={str(block): version for block, version in done.versions.items()},
        conflicts=tuple(r.override.id for r in done.overrides if r.fate is Fate.CONFLICT),
        note="It was rolled back before; nothing was done now." if done.repeated else None,
    )


async def question(args: RollbackArgs, call: Call) -> str | None:
    """What a person is asked before the commit; None where nothing would be done."""
    async with call.unit() as unit:
        version = await unit.versions.find(call.program, args.version)
    if version.state is VersionState.ROLLED_BACK:
        return None
    return f"Roll back the publication of version {version.hash[:12]} (block {version.block.ref})?"


TOOL = Tool(
    "rollback",
    "Roll a publication back",
    DESCRIPTION,
    RollbackArgs,
    RollbackResult,
    scopes={Scope.SCHEDULE_COMMIT},
    effect=Effect.COMMIT,
    handle=handle,
    idempotent=True,
    question=question,
)

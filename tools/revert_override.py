"""`revert_override`: take back an override, or everything a plan did."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.plan_shapes import OverrideShape
from scheduling.services.revert import Reverted, revert_override
from tools.tool import Args, Call, Effect, Next, Result, Scope, Tool

DESCRIPTION = (
    "Take back one override, or (with plan) everything an applied plan set: what stood before stands again, coverages "
    "that the plan had superseded included. Rows are kept for the record. Taking back twice succeeds with nothing reverted."
)


class RevertOverrideArgs(Args):
    """What to take back."""

    override: Annotated[str | None, Field(max_length=40, description="Override id.")] = None
    plan: Annotated[str | None, Field(max_length=40, description="Or plan id.")] = None


class RevertOverrideResult(Result):
    """Overrides that were active until now, and superseded ones that stand again."""

    reverted: tuple[OverrideShape, ...]
    restored: tuple[OverrideShape, ...] | None = None
    lost: tuple[str, ...] | None = None
    overlay: int


async def handle(args: RevertOverrideArgs, call: Call) -> RevertOverrideResult:
    """Take it back."""
    done = await revert_override(call.unit, call.program, override=args.override, plan=args.plan)
    return RevertOverrideResult(
        reverted=tuple(OverrideShape.of(o) for o in done.overrides),
        restored=tuple(OverrideShape.of(o) for o in done.restored) or None,
        lost=done.lost or None,
        overlay=done.overlay,
        note=_note(done),
        next=_next(done, call),
    )


def _note(done: Reverted) -> str | None:
    if not done.overrides:
        return "Nothing was active: it was never applied, or has been taken back before."
    if done.lost:
        return "Some superseded coverages could not come back: something else stands there now."
    if done.rest:
        return f"{done.rest} other overrides of {done.plan} still stand."
    return None


def _next(done: Reverted, call: Call) -> tuple[Next, ...] | None:
    if not done.rest or not done.overrides:
        return None
    arguments = {"program": call.program, "plan": done.plan}
    return (Next(tool="revert_override", arguments=arguments, why="to take the rest of the plan back too"),)


TOOL = Tool(
    "revert_override",
    "Take an override back",
    DESCRIPTION,
    RevertOverrideArgs,
    RevertOverrideResult,
    scopes={Scope.SCHEDULE_COMMIT},
    effect=Effect.COMMIT,
    handle=handle,
    idempotent=True,
)

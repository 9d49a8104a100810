"""`apply_plan`: carry out a stored plan, all of it or nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.break_glass import BreakGlassGiven, glass_of
from auth.plan_shapes import OverrideShape, summary
from auth.shapes import AssignmentShape
from scheduling.model.proposal import PlanState
from scheduling.services.apply_plan import ApplyRequest, apply_plan
from scheduling.services.cascade import read_plan
from tools.tool import Args, AsOf, Call, Effect, Next, Result, Scope, Tool

DESCRIPTION = (
    "Apply a plan by id and digest: every cover, cancellation and gap in one transaction, or none. Only after a person "
    "agreed to it; asks them where the client can. Refused as stale when the schedule, the overlay or somebody's "
    "availability has moved since it was made (plan again), as conflict when it was applied under another key. The same "
    "call again returns the same result. Undo: revert_override with the plan."
)


class ApplyPlanArgs(Args):
    """Which plan."""

    plan: Annotated[str, Field(max_length=40, description="Plan id.")]
    digest: Annotated[str, Field(min_length=64, max_length=64, description="Its digest.")]
    idempotency_key: Annotated[
        str | None, Field(min_length=1, max_length=100, description="Repeat it to retry safely.")
    ] = None
    break_glass: BreakGlassGiven = None


class ApplyPlanResult(Result):
    """What was set, and every slot it touched as it stands now."""

    overrides: tuple[OverrideShape, ...]
    slots: tuple[AssignmentShape, ...]


async def handle(args: ApplyPlanArgs, call: Call) -> ApplyPlanResult:
    """Apply the plan."""
    request = ApplyRequest(
        args.plan, args.digest, str(call.access.role), args.idempotency_key, glass_of(args.break_glass)
    )
    done = await apply_plan(call.unit, call.program, request)
    return ApplyPlanResult(
        overrides=tuple(OverrideShape.of(o) for o in done.overrides),
        slots=tuple(AssignmentShape.of(a) for a in done.slots),
        as_of=AsOf(versions={str(ref): v for ref, v in done.versions.items()}, overlay=done.overlay, at=call.now),
        note="It was applied before; nothing was done now." if done.repeated else None,
        next=(Next(tool="revert_override", arguments={"program": call.program, "plan": done.plan}, why="to undo it"),),
    )


async def question(args: ApplyPlanArgs, call: Call) -> str | None:
    """What a person is asked before the commit; None where nothing would be done."""
    offer, _ = await read_plan(call.unit, call.program, args.plan)
    if offer.stored.state not in (PlanState.PROPOSED, PlanState.APPROVED):
        return None
    return f"Apply {offer.stored.id}? {summary(offer.plan)}."


TOOL = Tool(
    "apply_plan",
    "Apply a plan",
    DESCRIPTION,
    ApplyPlanArgs,
    ApplyPlanResult,
    scopes={Scope.SCHEDULE_COMMIT},
    effect=Effect.COMMIT,
    handle=handle,
    idempotent=True,
    question=question,
)

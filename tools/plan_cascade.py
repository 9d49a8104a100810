"""`plan_cascade`: find out how an absence can be covered, change nothing."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.fields import Day, PersonId
from auth.plan_shapes import PlanShape
from scheduling.services.cascade import LONGEST_REASON, CascadeRequest, Planned, Planner, plan_cascade
from scheduling.solver.cascade_question import made_on
from tools.tool import Args, AsOf, Call, Detail, Effect, Next, Result, Scope, Tool

DESCRIPTION = (
    "Plan how the absence of faculty is covered, over the whole window at once, at the least cost: who takes each clinic, "
    "attending half-day, FMIT day and call (post-call time moves with it), what is cancelled, what stays a visible gap. "
    "Changes nothing. Gives the best plan and the next best, each with cost, proof and figures before and after; an "
    "alternative lists only the steps that differ (same counts the rest). "
    "Next: show it to a person, then apply_plan with its digest. In full: housestaff://PROGRAM/plan/ID."
)


class PlanCascadeArgs(Args):
    """Whose absence, when, and how far to look."""

    person: Annotated[PersonId | None, Field(description="Faculty id.")] = None
    people: Annotated[tuple[PersonId, ...], Field(max_length=20, description="Instead: several, away together.")] = ()
    start: Annotated[Day, Field(description="First date.")]
    end: Annotated[Day, Field(description="Last date, inclusive.")]
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_REASON, description="Sensitive; kept with the plan.")]
    max_depth: Annotated[int, Field(ge=1, le=2, description="2: a displaced half-day may be covered again.")] = 2
    alternatives: Annotated[int, Field(ge=1, le=5, description="How many plans.")] = 3
    detail: Annotated[Detail, Field(description="How much to return.")] = Detail.CONCISE


class PlanCascadeResult(Result):
    """Plans, the cheapest first."""

    plans: tuple[PlanShape, ...]


async def handle(args: PlanCascadeArgs, call: Call) -> PlanCascadeResult:
    """Plan and store."""
    people = (*([args.person] if args.person else []), *args.people)
    request = CascadeRequest(people, args.start, args.end, args.reason, args.max_depth, args.alternatives)
    planner = call.port(Planner)  # type: ignore[type-abstract]  # ports are looked up by their protocol
    planned = await plan_cascade(call.unit, call.program, request, planner)
    detailed = args.detail is Detail.DETAILED
    first = planned.offers[0].plan if planned.offers else None
    return PlanCascadeResult(
        plans=tuple(
            PlanShape.of(offer, detailed=detailed, beside=None if detailed or number == 0 else first)
            for number, offer in enumerate(planned.offers)
        ),
        as_of=AsOf.of(planned.roster, call, made_on(planned.window)),
        note=_note(planned),
        next=_next(planned, call),
    )


def _note(planned: Planned) -> str | None:
    if planned.offers and not planned.offers[0].plan.steps:
        return "Nothing needs to be covered: there is only time off or rest in the window."
    return planned.note


def _next(planned: Planned, call: Call) -> tuple[Next, ...] | None:
    best = planned.offers[0] if planned.offers else None
    if best is None or not best.plan.steps or not call.access.may(Scope.SCHEDULE_COMMIT):
        return None
    arguments = {"program": call.program, "plan": best.stored.id, "digest": best.stored.digest}
    return (Next(tool="apply_plan", arguments=arguments, why="only after a person has agreed to it"),)


TOOL = Tool(
    "plan_cascade",
    "Plan a cover",
    DESCRIPTION,
    PlanCascadeArgs,
    PlanCascadeResult,
    scopes={Scope.SCHEDULE_PROPOSE},
    effect=Effect.PROPOSE,
    handle=handle,
)

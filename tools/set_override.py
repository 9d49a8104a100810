"""`set_override`: put one override over the published schedule."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.break_glass import BreakGlassGiven, glass_of
from auth.fields import Day, PartName, PersonId
from auth.plan_shapes import OverrideShape
from auth.shapes import AssignmentShape, SlotShape
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.services.override import LONGEST_TEXT, OverrideRequest, SetOverride, set_override
from tools.tool import Args, AsOf, Call, Effect, Next, Result, Scope, Tool

DESCRIPTION = (
    "Put one override over an assignment of the published schedule: coverage (replacement takes it), cancellation, or gap "
    "(visibly unfilled). FMIT, AT, PCAT, DO and call are never cancelled, time off is never overridden. The replacement "
    "must be free, present, credentialed and eligible; adjuncts never take AT, PCAT, DO or call. A second override of the "
    "same assignment needs supersedes. Post-call time does not move with a call here: plan_cascade covers a whole absence."
)


class SetOverrideArgs(Args):
    """What to set on whose assignment."""

    person: Annotated[PersonId, Field(description="Whose assignment it is.")]
    date: Annotated[Day, Field(description="Date.")]
    part: Annotated[PartName, Field(description="Day part.")]
    type: Annotated[OverrideType, Field(description="What stands there instead.")]
    replacement: Annotated[PersonId | None, Field(description="For coverage.")] = None
    reason: Annotated[str, Field(min_length=1, max_length=LONGEST_TEXT, description="Sensitive.")]
    notes: Annotated[str | None, Field(max_length=LONGEST_TEXT, description="Sensitive.")] = None
    supersedes: Annotated[str | None, Field(max_length=40, description="Id of the override it replaces.")] = None
    break_glass: BreakGlassGiven = None


class FollowOnShape(SlotShape):
    """Post-call time that should move with its call."""

    activity: str


class SetOverrideResult(Result):
    """The override, and its slot as it stands now."""

    override: OverrideShape
    supersedes: str | None = None
    slots: tuple[AssignmentShape, ...]
    follow_on: tuple[FollowOnShape, ...] | None = None
    eligible: tuple[str, ...] | None = None


async def handle(args: SetOverrideArgs, call: Call) -> SetOverrideResult:
    """Set the override."""
    request = OverrideRequest(
        person=args.person,
        slot=Slot(args.date, Part[args.part]),
        type=args.type,
        reason=args.reason,
        role=str(call.access.role),
        replacement=args.replacement,
        notes=args.notes,
        supersedes=args.supersedes,
        glass=glass_of(args.break_glass),
    )
    done = await set_override(call.unit, call.program, request)
    return SetOverrideResult(
        override=OverrideShape.of(done.override),
        supersedes=done.supersedes,
        slots=tuple(AssignmentShape.of(a) for a in done.slots),
        follow_on=_follow_on(done),
        eligible=done.eligible or None,
        as_of=AsOf.of(done.roster, call, Window(args.date, args.date)),
        note=_note(done),
        next=_next(done, call),
    )


def _follow_on(done: SetOverride) -> tuple[FollowOnShape, ...] | None:
    person = done.override.person
    found = tuple(
        FollowOnShape(date=slot.date, part=slot.part.name, person=person, activity=code)
        for slot, code in done.follow_on
    )
    return found or None


def _note(done: SetOverride) -> str | None:
    if done.follow_on:
        return (
            f"Post-call time still stands with {done.override.person}: it should move to {done.override.replacement}."
        )
    if done.eligible:
        return "The night has no caller now, though these people could take it."
    return None


def _next(done: SetOverride, call: Call) -> tuple[Next, ...] | None:
    """Move the post-call time too."""
    override = done.override
    following = tuple(
        Next(
            tool="set_override",
            arguments={
                "program": call.program,
                "person": override.person,
                "date": slot.date.isoformat(),
                "part": slot.part.name,
                "type": OverrideType.COVERAGE.value,
                "replacement": override.replacement,
                "reason": "post-call time moves with the call",
            },
        )
        for slot, _ in done.follow_on
    )
    return following or None


TOOL = Tool(
    "set_override",
    "Set an override",
    DESCRIPTION,
    SetOverrideArgs,
    SetOverrideResult,
    scopes={Scope.SCHEDULE_COMMIT},
    effect=Effect.COMMIT,
    handle=handle,
)

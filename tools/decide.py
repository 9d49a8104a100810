"""`decide`: say yes or no to something that waits for a person."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from auth.fields import Day
from scheduling.model.errors import InvalidError
from scheduling.services.decide_absence import decide_absence
from scheduling.services.discard import discard
from scheduling.services.waive import LONGEST_REASON, waive
from tools.standing_cover import cover_next, cover_notes, cover_shown
from tools.tool import Args, Call, Effect, Result, Scope, Tool

DESCRIPTION = (
    "Decide one thing by its id. waive: accept a finding, with reason and until, which marks it without hiding it. "
    "discard: throw away a draft version, stage or plan. approve_absence, approve, reject: an absence somebody asked for; "
    "reject also cancels one that was approved. "
    "Deciding the same again changes nothing. Each kind needs its own right."
)


class Kind(StrEnum):
    """What is decided."""

    APPROVE = "approve"
    REJECT = "reject"
    WAIVE = "waive"
    DISCARD = "discard"
    APPROVE_ABSENCE = "approve_absence"


_NEEDS = {
    Kind.WAIVE: Scope.SCHEDULE_COMMIT,
    Kind.DISCARD: Scope.SCHEDULE_PROPOSE,
    Kind.APPROVE: Scope.PEOPLE_ABSENCE,
    Kind.REJECT: Scope.PEOPLE_ABSENCE,
    Kind.APPROVE_ABSENCE: Scope.PEOPLE_ABSENCE,
}


class DecideArgs(Args):
    """The decision."""

    kind: Annotated[Kind, Field(description="What is decided.")]
    id: Annotated[str, Field(min_length=1, max_length=300, description="Id of the finding, draft, plan or absence.")]
    reason: Annotated[str | None, Field(max_length=LONGEST_REASON, description="Needed to waive.")] = None
    until: Annotated[Day | None, Field(description="Last day of a waiver.")] = None


class DecideResult(Result):
    """What state it is in now."""

    id: str
    state: str
    overrides: Annotated[tuple[str, ...] | None, Field(description="Active cover of an absence that ended.")] = None


async def handle(args: DecideArgs, call: Call) -> DecideResult:
    """Decide it."""
    async with call.unit() as unit:
        match args.kind:
            case Kind.DISCARD:
                return DecideResult(id=args.id, state=await discard(unit, call.program, args.id))
            case Kind.WAIVE:
                if args.reason is None:
                    raise InvalidError("reason", "say why the finding is accepted")
                waiver = await waive(unit, call.program, args.id, args.reason, args.until)
                return DecideResult(id=waiver.id, state="waived")
            case _:
                done = await decide_absence(unit, call.program, args.id, approve=args.kind is not Kind.REJECT)
                return DecideResult(
                    id=done.absence.id,
                    state=done.absence.status.value,
                    overrides=cover_shown(done.cover),
                    note=" ".join(cover_notes(done.cover)) or None,
                    next=cover_next(done.cover, call),
                )


def _also(args: DecideArgs) -> set[Scope]:
    return {_NEEDS[args.kind]}


TOOL = Tool(
    "decide",
    "Decide",
    DESCRIPTION,
    DecideArgs,
    DecideResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.COMMIT,
    handle=handle,
    also=_also,
    idempotent=True,
)

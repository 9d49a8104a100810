"""`get_schedule`: who does what, slot by slot, with coverage, gaps and cancellations."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.fields import ActivityCode, BlockName, Day, PersonId, TargetName
from auth.shapes import AssignmentShape
from scheduling.services.asked_window import covers, outside_data, window_of
from scheduling.services.read_schedule import ScheduleView, SlotState, read_schedule
from scheduling.services.target import Target
from scheduling.store.unit import UnitOfWork
from tools.tool import AsOf, Call, Effect, ListArgs, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Read the schedule slot by slot, for a block or from start to end. Each slot has a state: base (as published), "
    "covered (person stands in for base_person), gap (nobody does it: person is null), cancelled. "
    "Narrow it with people and activities; overlay=false shows the published base without overrides."
)


class GetScheduleArgs(ListArgs):
    """Which part of which schedule."""

    start: Annotated[Day | None, Field(description="First date.")] = None
    end: Annotated[Day | None, Field(description="Last date, inclusive.")] = None
    block: Annotated[BlockName | None, Field(description="Instead of dates, such as 2025/10.")] = None
    people: Annotated[tuple[PersonId, ...], Field(max_length=200, description="Only these ids.")] = ()
    activities: Annotated[tuple[ActivityCode, ...], Field(max_length=60, description="Only these codes.")] = ()
    overlay: Annotated[bool, Field(description="Lay the overrides on the base.")] = True
    target: Annotated[TargetName, Field(description="live, version:ID, plan:ID, stage:ID or run:ID.")] = "live"


class Totals(Shape):
    """Slots that are listed, cancelled ones left out, and how they are made up."""

    slots: int
    base: int
    covered: int
    gap: int
    cancelled: int
    activities: dict[str, int]


class GetScheduleResult(Result):
    """The slots, by date, part and person; totals count all of them, on every page."""

    pages = "slots"

    totals: Totals
    slots: tuple[AssignmentShape, ...]


async def handle(args: GetScheduleArgs, call: Call) -> GetScheduleResult:
    """Read the window asked for."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        window = window_of(program.calendar, args.start, args.end, args.block)
        view = await read_schedule(
            unit,
            call.program,
            window,
            people=args.people,
            activities=args.activities,
            overlay=args.overlay,
            target=Target.parse(args.target),
        )
        note = await _note(unit, call.program, view)
    return GetScheduleResult(
        totals=_totals(view),
        slots=tuple(AssignmentShape.of(a) for a in view.assignments),
        as_of=AsOf.of(view.roster, call),
        note=note,
    )


def _totals(view: ScheduleView) -> Totals:
    counted = {state.value: view.totals.get(state, 0) for state in SlotState}
    listed = sum(counted.values()) - counted[SlotState.CANCELLED]
    return Totals(slots=listed, activities=dict(view.by_activity), **counted)


async def _note(unit: UnitOfWork, slug: str, view: ScheduleView) -> str | None:
    if not covers(view.roster, view.window):
        return await outside_data(unit, slug, view.window)
    if stray := [o.id for o in view.roster.unapplied if o.slot.date in view.window]:
        return f"Overrides that no longer fit their assignment and are not applied: {', '.join(stray)}."
    return None if view.assignments else "Nothing in these dates meets the filters."


TOOL = Tool(
    "get_schedule",
    "Read the schedule",
    DESCRIPTION,
    GetScheduleArgs,
    GetScheduleResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

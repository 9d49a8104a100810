"""`check_coverage`: what must be staffed and is not, who hangs on one person, who is free, what the weeks ahead look like."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from auth.fields import Day
from auth.shapes import SlotShape
from scheduling.model.calendar import days
from scheduling.services.asked_window import window_of
from scheduling.services.coverage.duties import Gap, Why
from scheduling.services.coverage.report import CoverageReport, check_coverage
from tools.tool import Args, AsOf, Call, Detail, Effect, Next, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Check what must be staffed in a window: night call, inpatient attending, supervision, credentialed procedures. "
    "Gives a level (green, yellow, orange, red), the share that is staffed, every gap, people nobody could replace, "
    "faculty with time free, and a forecast by week. Next: plan_cascade for a gap's person."
)
_PLANNED = 28
"""Days of gaps that one suggested plan covers."""


class CheckCoverageArgs(Args):
    """The window."""

    start: Annotated[Day, Field(description="First date.")]
    end: Annotated[Day, Field(description="Last date, inclusive.")]
    detail: Annotated[Detail, Field(description="detailed adds who is free in each slot.")] = Detail.CONCISE
    cursor: Annotated[str | None, Field(max_length=200, description="From the previous page.")] = None


class StaffingShape(Shape):
    """How many people a duty needs and has over the window."""

    duty: str
    needed: int
    filled: int


class GapShape(Shape):
    """A slot nobody fills; `slot.person` is who should."""

    slot: SlotShape
    activity: str
    severity: str
    why: str
    count: int | None = None
    override: str | None = None


class SinglePointShape(Shape):
    """Somebody nobody could stand in for, on that many slots."""

    person: str
    activity: str
    slots: int
    start: dt.date
    end: dt.date


class AvailableShape(Shape):
    """What a faculty member has free in the window."""

    person: str
    half_days: int
    nights: int
    away_days: int


class FreeShape(Shape):
    """Who is free in a slot."""

    date: dt.date
    part: str
    people: tuple[str, ...]


class WeekShape(Shape):
    """A week of the window or of the four after it."""

    start: dt.date
    end: dt.date
    level: str
    coverage: float
    gaps: int
    away: tuple[str, ...]


class CheckCoverageResult(Result):
    """Coverage of the window; `coverage` is the share of needed people who are there."""

    pages = "gaps"
    trims = ("free", "forecast", "single_points_of_failure", "available", "next")

    level: str
    coverage: float
    staffing: tuple[StaffingShape, ...]
    gaps: tuple[GapShape, ...]
    single_points_of_failure: tuple[SinglePointShape, ...]
    available: tuple[AvailableShape, ...]
    forecast: tuple[WeekShape, ...]
    free: tuple[FreeShape, ...] | None = None


async def handle(args: CheckCoverageArgs, call: Call) -> CheckCoverageResult:
    """Check the live schedule."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        report = await check_coverage(unit, call.program, window_of(program.calendar, args.start, args.end))
    return CheckCoverageResult(
        level=report.level.value,
        coverage=round(float(report.coverage), 3),
        staffing=tuple(StaffingShape(duty=s.duty.value, needed=s.needed, filled=s.filled) for s in report.staffing),
        gaps=tuple(_gap(g) for g in report.gaps),
        single_points_of_failure=tuple(
            SinglePointShape(
                person=s.person, activity=s.activity, slots=s.slots, start=s.window.start, end=s.window.end
            )
            for s in report.single_points
        ),
        available=tuple(
            AvailableShape(person=a.person, half_days=a.half_days, nights=a.nights, away_days=a.away_days)
            for a in report.available
        ),
        forecast=_forecast(report),
        free=_free(report) if args.detail is Detail.DETAILED else None,
        as_of=AsOf.of(report.roster, call, report.window),
        note=report.note,
        next=_next(report, call),
    )


def _gap(gap: Gap) -> GapShape:
    return GapShape(
        slot=SlotShape.of(gap.slot, gap.person),
        activity=gap.activity,
        severity=gap.severity.value,
        why=gap.why.value,
        count=gap.count if gap.count > 1 else None,
        override=gap.override,
    )


def _forecast(report: CoverageReport) -> tuple[WeekShape, ...]:
    return tuple(
        WeekShape(
            start=week.window.start,
            end=week.window.end,
            level=week.level.value,
            coverage=round(float(week.coverage), 3),
            gaps=week.gaps,
            away=week.away,
        )
        for week in report.forecast
    )


def _free(report: CoverageReport) -> tuple[FreeShape, ...]:
    return tuple(FreeShape(date=f.slot.date, part=f.slot.part.name, people=f.people) for f in report.free)


def _next(report: CoverageReport, call: Call) -> tuple[Next, ...] | None:
    """Plan for the first person who is away from a duty that lies ahead, over the weeks that follow it."""
    today = report.roster.program.clock.today()
    ahead = [g for g in report.gaps if g.why is Why.ABSENT and g.slot.date >= today]
    if not ahead or not call.access.may(Scope.SCHEDULE_PROPOSE):
        return None
    first = ahead[0]
    last = max(
        g.slot.date for g in ahead if g.person == first.person and g.slot.date < first.slot.date + days(_PLANNED)
    )
    arguments = {"program": call.program, "person": first.person, "start": str(first.slot.date), "end": str(last)}
    return (Next(tool="plan_cascade", arguments={**arguments, "reason": "absence"}, why="cover what is left open"),)


TOOL = Tool(
    "check_coverage",
    "Check coverage",
    DESCRIPTION,
    CheckCoverageArgs,
    CheckCoverageResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

"""`housestaff show`: a week of the live schedule as a grid, gaps in red."""

from __future__ import annotations

import datetime as dt
import sys
from typing import Annotated

import typer
from rich.console import Console

from auth.scopes import Scope
from scheduling.model.calendar import MONDAY, BlockRef, days, is_weekday_call
from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Slot, Window
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.read_schedule import Assignment, ScheduleView, SlotState, read_schedule
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, emit_json, remark
from server.demonstration.week import week_grid

_ON_CALL = "on call"
_WIDE = 500


def run(
    week: Annotated[str | None, typer.Option("--week", help="Any date of the week; default: today's.")] = None,
    person: Annotated[list[str] | None, typer.Option("--person", help="Only this person; may be repeated.")] = None,
    block: Annotated[str | None, typer.Option("--block", help="List this block's versions, such as 2025/10.")] = None,
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")] = None,
    *,
    as_json: AsJson = False,
) -> None:
    """Show a week, Monday to Sunday: AM/PM/night of each person, and who is on call."""
    if block is not None:
        if week is not None or person:
            raise InvalidError("block", "give either --block, or --week and --person")
        _versions(block, program, as_json=as_json)
        return

    async def read(desk: Desk) -> tuple[ScheduleView, str]:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("show", access.program)) as unit:
            today = (await unit.program(access.program)).clock.today()
            window = _week(Slot.day(week, "week") if week else today)
            view = await read_schedule(unit, access.program, window, people=person or ())
            empty = "" if covers(view.roster, window) else await outside_data(unit, access.program, window)
            return view, empty

    view, empty = at_desk(read)
    if empty:
        remark(empty)
    if as_json:
        emit_json([_slot(a) for a in view.assignments])
    elif not empty:
        _print(view, person or [])


def _week(date: dt.date) -> Window:
    monday = date - days(date.isoweekday() - MONDAY)
    return Window(monday, monday + days(6))


def _print(view: ScheduleView, people: list[str]) -> None:
    slots = [_slot(a) for a in view.assignments]
    rows = people or sorted({str(s["person"] or s["base_person"]) for s in slots})
    if not people:
        slots += _calls(view)
        rows = [_ON_CALL, *rows]
    grid = week_grid(f"{view.roster.program.slug}, {view.window}", view.window, rows, slots)
    # Wider than any terminal when piped: a cut cell is no cell.
    Console(width=None if sys.stdout.isatty() else _WIDE).print(grid)


def _slot(assignment: Assignment) -> dict[str, object]:
    return {
        "date": assignment.slot.date.isoformat(),
        "part": assignment.slot.part.name,
        "person": assignment.person,
        "activity": assignment.activity,
        "state": assignment.state.value,
        "base_person": assignment.base_person,
        "override": assignment.override,
        "locked": assignment.locked,
        "source": assignment.source.value,
    }


def _calls(view: ScheduleView) -> list[dict[str, object]]:
    """A row of its own for the nights: the caller; a gap where a call was left open, or a recorded weekday night has none."""
    roster = view.roster
    found: list[dict[str, object]] = []
    left = {(a.slot, a.activity) for a in view.assignments if a.state is SlotState.GAP}
    for date in view.window:
        code, night = roster.policy(date).call.activity, Slot(date, Part.NIGHT)
        callers = roster.holders(code, night)
        recorded = roster.recorded_calls is not None and date in roster.recorded_calls
        gap = not callers and ((night, code) in left or (recorded and is_weekday_call(date)))
        if callers or gap:
            found.append(
                {
                    "date": date.isoformat(),
                    "part": Part.NIGHT.name,
                    "person": _ON_CALL,
                    "activity": "+".join(callers) or "GAP",
                    "state": SlotState.GAP.value if gap else SlotState.BASE.value,
                }
            )
    return found


def _versions(block: str, program: str | None, *, as_json: bool) -> None:
    ref = BlockRef.parse(block)

    async def read(desk: Desk) -> list[dict[str, object]]:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("show", access.program)) as unit:
            live = (await unit.programs.state(access.program)).live.get(ref)
            return [
                {
                    "version": v.hash[:12] if not as_json else v.hash,
                    "state": v.state.value,
                    "live": live is not None and v.hash == live.hash,
                    "partial": v.partial,
                    "origin": v.origin,
                    "by": v.created_by,
                    "at": v.created_at,
                }
                for v in await unit.versions.listed(access.program, block=ref)
            ]

    emit(at_desk(read), as_json=as_json, empty=f"block {ref} has no version")

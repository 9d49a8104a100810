"""`block/{year}/{number}`: a whole block as a grid."""

from __future__ import annotations

import datetime as dt

from auth.shapes import AsOf, AssignmentShape, names_of
from resources.places import BLOCKS, BlockPlace
from resources.resource import Body, Call, Resource, Scope, Shape
from scheduling.model.calendar import BlockRef, academic_year
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.person import Person
from scheduling.model.roster import Roster
from scheduling.services.asked_window import covers, outside_data
from scheduling.services.read_schedule import SlotState, assignments


class RowShape(Shape):
    """One person's block: for each day the activities of AM, PM and NIGHT (null is open)."""

    person: str
    kind: str
    pgy: int | None = None
    role: str | None = None
    rotations: tuple[str, ...] | None = None
    days: tuple[tuple[str | None, ...], ...]


class BlockBody(Body):
    """One block. `rows` has everybody with an assignment or a rotation; `changed` what overrides changed in it."""

    block: str
    start: dt.date
    end: dt.date
    version: str | None
    partial: bool | None
    overlay: bool
    parts: tuple[str, ...]
    holidays: dict[str, str]
    rows: tuple[RowShape, ...]
    changed: tuple[AssignmentShape, ...]
    names: dict[str, str] | None = None
    note: str | None = None
    as_of: AsOf


async def handle(place: BlockPlace, call: Call) -> BlockBody:
    """Read the block; with overlay=false as it was published."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        block = program.calendar.block(BlockRef(place.year, place.number))
        roster = await unit.roster(call.program, block.window, overlay=place.overlay, margin=0)
        version = roster.versions.get(block.ref)
        partial = (await unit.versions.find(call.program, version)).partial if version else None
        note = None if covers(roster, block.window) else await outside_data(unit, call.program, block.window)
    rows = [_row(roster, person, block.window) for person in program.people]
    shown = [r for r in rows if r.rotations or any(any(day) for day in r.days)]
    return BlockBody(
        block=str(block.ref),
        start=block.start,
        end=block.end,
        version=version,
        partial=partial,
        overlay=place.overlay,
        parts=tuple(p.name for p in PARTS),
        holidays={str(d): title for d, title in sorted(program.holidays.items()) if d in block.window},
        rows=tuple(shown),
        changed=tuple(
            AssignmentShape.of(a) for a in assignments(roster, block.window) if a.state is not SlotState.BASE
        ),
        names=names_of(program.people, (r.person for r in shown)) if call.names else None,
        note=note,
        as_of=AsOf.of(roster, call),
    )


def _row(roster: Roster, person: Person, window: Window) -> RowShape:
    rotations = [r.name for d in window if (r := roster.rotation_of(person.id, d)) is not None]
    return RowShape(
        person=person.id,
        kind=person.kind.value,
        pgy=person.pgy(academic_year(window.start)) if person.is_resident else None,
        role=person.role.value if person.role else None,
        rotations=tuple(dict.fromkeys(rotations)) or None,
        days=tuple(tuple(roster.at(person.id, Slot(date, part)) for part in PARTS) for date in window),
    )


RESOURCE = Resource(
    "housestaff://{program}/block/{year}/{number}{?overlay}",
    "block",
    "Block",
    "A whole block as a grid: for each person and day the activity of AM, PM and NIGHT.",
    BlockPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions=BLOCKS,
)

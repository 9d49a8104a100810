"""`version`: one immutable schedule of a block, where it comes from and how far it has come."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field

from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape


class VersionPlace(ProgramPlace):
    """One version."""

    id: Annotated[str, Field(min_length=8, max_length=64)]


class CellsShape(Shape):
    """One person's assignments as rows of date, part, activity and source."""

    person: str
    cells: tuple[tuple[dt.date, str, str, str], ...]


class RotationShape(Shape):
    """One resident's rotation in one half of the block."""

    person: str
    half: int
    rotation: str


class VersionBody(Body):
    """A version without overrides; `live` says whether people live by it now."""

    version: str
    block: str
    start: dt.date
    end: dt.date
    state: str
    live: bool
    partial: bool
    origin: str
    parent: str | None = None
    made_by: str
    made_at: dt.datetime
    assignments: int
    rotations: tuple[RotationShape, ...]
    people: tuple[CellsShape, ...]


async def handle(place: VersionPlace, call: Call) -> VersionBody:
    """Read a version."""
    async with call.unit() as unit:
        version = await unit.versions.find(call.program, place.id)
        content = (await unit.versions.load(call.program, [version.hash]))[version.hash]
        live = (await unit.programs.state(call.program)).live.get(version.block.ref)
    rows: dict[str, list[tuple[dt.date, str, str, str]]] = {p: [] for p in content.people}
    for cell in content:
        rows[cell.person].append((cell.slot.date, cell.slot.part.name, cell.activity, cell.source.value))
    return VersionBody(
        version=version.hash,
        block=str(version.block.ref),
        start=version.block.start,
        end=version.block.end,
        state=version.state.value,
        live=live is not None and live.hash == version.hash,
        partial=version.partial,
        origin=version.origin,
        parent=version.parent,
        made_by=version.created_by,
        made_at=version.created_at,
        assignments=sum(map(len, rows.values())),
        rotations=tuple(
            RotationShape(person=r.person, half=r.half, rotation=r.rotation.name) for r in content.rotations
        ),
        people=tuple(CellsShape(person=person, cells=tuple(cells)) for person, cells in rows.items()),
    )


async def complete_version(prefix: str, _: object, call: Call) -> list[str]:
    """Hashes of versions, newest first."""
    async with call.unit() as unit:
        return [v.hash for v in await unit.versions.listed(call.program) if v.hash.startswith(prefix)]


RESOURCE = Resource(
    "housestaff://{program}/version/{id}",
    "version",
    "Version",
    "One version of a block as it was made, without overrides: state, origin, rotations and every assignment.",
    VersionPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
    completions={"id": complete_version},
)

"""`housestaff draft`: versions made by hand, before anybody lives by them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from auth.scopes import Scope
from scheduling.model.errors import InvalidError
from scheduling.model.lifecycle import Version, VersionState
from scheduling.model.part import Part, Slot
from scheduling.services.draft import Edit, Exchange, Give, Put, discard_draft, edit_draft, restore_draft
from server.commands.local import Desk, at_desk
from server.commands.printing import AsJson, emit, remark, say

app = typer.Typer(rich_markup_mode=None)

ProgramName = Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")]
Id = Annotated[str, typer.Argument(metavar="VERSION", help="A version; its first 8 characters do.")]
_OPEN = "-"
_WORDS = 4


@app.command("edit")
def edit(
    base: Annotated[str, typer.Argument(metavar="BASE", help="A version, or a block such as 2025/10: its live one.")],
    put: Annotated[list[str] | None, typer.Option(help="'fac-01 2026-03-17 AM C'; - instead of a code opens.")] = None,
    give: Annotated[
        list[str] | None, typer.Option(help="'fac-01 2026-03-17 NIGHT fac-02': a duty to somebody free.")
    ] = None,
    exchange: Annotated[
        list[str] | None, typer.Option(help="'fac-01 2026-03-17 AM fac-02': both change places.")
    ] = None,
    program: ProgramName = None,
) -> None:
    """Make a draft with these edits: puts first, then gives, then exchanges; each option may be repeated."""
    edits: list[Edit] = [
        *(Put(person, slot, None if code == _OPEN else code) for person, slot, code in map(_read, put or [])),
        *(Give(person, slot, other) for person, slot, other in map(_read, give or [])),
        *(Exchange(person, slot, other) for person, slot, other in map(_read, exchange or [])),
    ]

    async def make(desk: Desk) -> Version:
        access = await desk.enter(program, Scope.SCHEDULE_PROPOSE)
        async with desk.unit(desk.trail("draft edit", access.program, base=base, edits=len(edits))) as unit:
            return await edit_draft(unit, access.program, base, edits)

    _tell(at_desk(make))


@app.command("restore")
def restore(version: Id, program: ProgramName = None) -> None:
    """Make a draft of a version that was live, rolled back or discarded."""

    async def make(desk: Desk) -> Version:
        access = await desk.enter(program, Scope.SCHEDULE_PROPOSE)
        async with desk.unit(desk.trail("draft restore", access.program, version=version)) as unit:
            return await restore_draft(unit, access.program, version)

    _tell(at_desk(make))


@app.command("discard")
def discard(version: Id, program: ProgramName = None) -> None:
    """Throw a draft away; `restore` brings it back."""

    async def drop(desk: Desk) -> Version:
        access = await desk.enter(program, Scope.SCHEDULE_PROPOSE)
        async with desk.unit(desk.trail("draft discard", access.program, version=version)) as unit:
            return await discard_draft(unit, access.program, version)

    say(f"discarded: {at_desk(drop).hash}")


@app.command("list")
def list_drafts(program: ProgramName = None, *, as_json: AsJson = False) -> None:
    """Drafts and staged versions, newest first."""

    async def read(desk: Desk) -> Sequence[Version]:
        access = await desk.enter(program, Scope.SCHEDULE_READ)
        async with desk.unit(desk.trail("draft list", access.program)) as unit:
            return await unit.versions.listed(access.program, states=[VersionState.DRAFT, VersionState.STAGED])

    rows = [
        {"version": v.hash, "block": str(v.block.ref), "state": v.state.value, "origin": v.origin, "at": v.created_at}
        for v in at_desk(read)
    ]
    emit(rows, as_json=as_json, empty="no drafts: housestaff draft edit, or solve a block")


def _read(words: str) -> tuple[str, Slot, str]:
    found = words.split()
    if len(found) != _WORDS:
        raise InvalidError("edit", "four words: person, date, part, and a code or a person")
    person, date, part, last = found
    return person, Slot(Slot.day(date), Part.parse(part)), last


def _tell(version: Version) -> None:
    say(version.hash)
    remark(
        f"a {version.state} of block {version.block.ref}; nothing is live by it: stage_publish shows what would change"
    )

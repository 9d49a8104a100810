"""Drafts: versions made by hand from another version, restored from an earlier one, or thrown away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.model.calendar import Block, BlockRef
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.model.lifecycle import Version, VersionState
from scheduling.model.override import Source
from scheduling.model.part import Slot
from scheduling.model.program import Program
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.examine_stage import live_hash
from scheduling.store.unit import UnitOfWork

MOST_EDITS = 5_000


@dataclass(frozen=True, slots=True)
class Put:
    """Set a cell to an activity, or open it with None. With `checked`, `was` is what must stand there now."""

    person: str
    slot: Slot
    activity: str | None
    was: str | None = None
    checked: bool = False


@dataclass(frozen=True, slots=True)
class Give:
    """Move an assignment to somebody whose slot is open."""

    person: str
    slot: Slot
    to: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """Let two people change places in one slot; either may be open there."""

    person: str
    slot: Slot
    other: str


Edit = Put | Give | Exchange
"""A hand edit. A cell that an edit writes is manual: locked for the solver."""


async def edit_draft(unit: UnitOfWork, slug: str, base: str, edits: Sequence[Edit]) -> Version:
    """A new draft: the base (a version, or a block whose live version is meant) with the edits applied in order.

    The unit must have done nothing yet. InvalidError names the first edit that cannot be made, counted from 1; without a
    change the base itself is the answer.
    """
    if not 1 <= len(edits) <= MOST_EDITS:
        raise InvalidError("edits", f"from 1 to {MOST_EDITS} at once")
    await unit.lock(slug)
    program = await unit.program(slug)
    version = await version_or_live(unit, slug, base)
    content = (await unit.versions.load(slug, [version.hash]))[version.hash]
    edited = apply_edits(program, content, edits)
    if edited.digest == version.hash:
        return version
    made = await unit.versions.add(program, edited, origin="edit", parent=version.hash)
    return await _drafted(unit, slug, made)


async def restore_draft(unit: UnitOfWork, slug: str, version: str) -> Version:
    """Make a draft of a version that was live, rolled back or discarded; the unit must have done nothing yet."""
    await unit.lock(slug)
    return await _drafted(unit, slug, await unit.versions.find(slug, version))


async def discard_draft(unit: UnitOfWork, slug: str, version: str) -> Version:
    """Throw a draft or staged version away; doing it again changes nothing. ConflictError for one that was published."""
    await unit.lock(slug)
    found = await unit.versions.find(slug, version)
    if found.state is VersionState.DISCARDED:
        return found
    if found.state not in (VersionState.DRAFT, VersionState.STAGED):
        raise ConflictError(f"version {found.hash[:12]} is {found.state}, and only drafts are discarded")
    await unit.versions.set_state(slug, found.hash, VersionState.DISCARDED)
    return await unit.versions.find(slug, found.hash)


async def version_or_live(unit: UnitOfWork, slug: str, text: str) -> Version:
    """The version of that id, or the live one of a block such as 2025/10."""
    if "/" not in text:
        return await unit.versions.find(slug, text)
    block = BlockRef.parse(text)
    live = live_hash(await unit.programs.state(slug), block)
    if live is None:
        raise NotFoundError("live version of block", text, hint="solve the block, or import one")
    return await unit.versions.find(slug, live)


async def _drafted(unit: UnitOfWork, slug: str, version: Version) -> Version:
    """The same content may have been here before: what is not live becomes a draft again."""
    if version.state in (VersionState.DRAFT, VersionState.STAGED):
        return version
    if live_hash(await unit.programs.state(slug), version.block.ref) == version.hash:
        raise ConflictError(f"version {version.hash[:12]} is live in block {version.block.ref}: nothing would change")
    await unit.versions.set_state(slug, version.hash, VersionState.DRAFT)
    return await unit.versions.find(slug, version.hash)


def apply_edits(program: Program, content: BlockSchedule, edits: Sequence[Edit]) -> BlockSchedule:
    """The content with the edits applied in order; pure. InvalidError names the first that cannot be made."""
    cells = {(c.person, c.slot): c for c in content}
    for number, edit in enumerate(edits, 1):
        try:
            _check(program, content.block, edit)
            for put in _puts(cells, edit):
                cells.pop((put.person, put.slot), None)
                if put.activity is not None:
                    cells[put.person, put.slot] = Cell(put.person, put.slot, put.activity, Source.MANUAL)
        except (InvalidError, NotFoundError) as error:
            raise InvalidError(f"edits.{number}", error.message) from None
    return BlockSchedule.of(content.block, cells.values(), content.rotations)


def _check(program: Program, block: Block, edit: Edit) -> None:
    if edit.slot.date not in block.window:
        raise InvalidError("date", f"{edit.slot.date} lies outside block {block.ref}")
    other = {Give: "to", Exchange: "other"}.get(type(edit))
    for field in ("person", other):
        if field is not None and not program.person(getattr(edit, field)).active:
            raise InvalidError(field, f"{getattr(edit, field)} is not active")
    if isinstance(edit, Put) and edit.activity is not None:
        program.catalogue.index(edit.activity)


def _puts(cells: dict[tuple[str, Slot], Cell], edit: Edit) -> list[Put]:
    def held(person: str) -> str | None:
        cell = cells.get((person, edit.slot))
        return cell.activity if cell else None

    match edit:
        case Put(person, _, activity, was, checked):
            if checked and was != held(person):
                raise InvalidError("was", f"{person} holds {held(person) or 'nothing'} at {edit.slot}")
            return [] if held(person) == activity else [edit]
        case Give(person, slot, to):
            if held(person) is None:
                raise InvalidError("person", f"{person} holds nothing at {slot}")
            if held(to) is not None:
                raise InvalidError("to", f"{to} holds {held(to)} at {slot}")
            return [Put(person, slot, None), Put(to, slot, held(person))]
        case Exchange(person, slot, other):
            if held(person) == held(other):
                raise InvalidError("other", f"{person} and {other} hold the same at {slot}")
            return [Put(person, slot, held(other)), Put(other, slot, held(person))]

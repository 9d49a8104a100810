"""Take an edited block back: as a draft, or as overrides over the published block."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scheduling.model.errors import StaleError, UserError
from scheduling.model.lifecycle import Version
from scheduling.model.override import Change, Override, OverrideType
from scheduling.model.part import Slot
from scheduling.model.roster import Roster
from scheduling.services.draft import Put, edit_draft
from scheduling.services.exchange.read_block_workbook import EditedBlock
from scheduling.services.importing.problems import Problems
from scheduling.services.override import OverrideRequest, set_override
from scheduling.services.stage import OpenUnit
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of it: a draft, or overrides; neither where nothing was edited."""

    changes: int
    draft: Version | None = None
    overrides: tuple[Override, ...] = ()


async def take_as_draft(unit: UnitOfWork, slug: str, edited: EditedBlock) -> Taken:
    """Make a draft of the version the workbook was exported from, with its edits; nothing is live by this.

    ImportRefusedError names each cell that cannot be edited in a draft: those that stand under an override.
    """
    if not edited.changes:
        return Taken(0)
    await unit.lock(slug)
    block = (await unit.program(slug)).calendar.block(edited.block)
    roster = await unit.roster(slug, block.window, at={edited.block: edited.sign.version}, margin=0)
    problems = Problems()
    for change in edited.changes:
        under = roster.base_at(change.person, change.slot)
        if under != change.was:
            _fault(
                problems, edited, change, f"an override stands there over {under or 'an open cell'}: revert it first"
            )
    problems.refuse()
    puts = [Put(c.person, c.slot, c.to, c.was, checked=True) for c in edited.changes]
    return Taken(len(puts), draft=await edit_draft(unit, slug, edited.sign.version, puts))


async def take_as_overrides(open_unit: OpenUnit, slug: str, edited: EditedBlock, reason: str, role: str) -> Taken:
    """Set the edits as overrides over the published block, all or none.

    An emptied cell is a cancellation, or a gap where its activity is never cancelled; one that stands with somebody else
    in the same slot instead is a coverage. StaleError when the block moved since the export; ImportRefusedError names
    each cell that no override can say.
    """
    if not edited.changes:
        return Taken(0)
    made: list[Override] = []
    async with open_unit() as unit:
        await unit.lock(slug)
        await _require_unmoved(unit, slug, edited)
        block = (await unit.program(slug)).calendar.block(edited.block)
        roster = await unit.roster(slug, block.window, margin=0)
        problems = Problems()
        requests = list(_requests(roster, edited, reason, role, problems))
        problems.refuse()
        for change, request in requests:
            try:
                made.append((await set_override(lambda: contextlib.nullcontext(unit), slug, request)).override)
            except UserError as error:
                _fault(problems, edited, change, error.message)
                problems.refuse()
    return Taken(len(edited.changes), overrides=tuple(made))


async def _require_unmoved(unit: UnitOfWork, slug: str, edited: EditedBlock) -> None:
    state = await unit.programs.state(slug)
    live = state.live.get(edited.block)
    moved: Mapping[str, object] = {"block": str(edited.block)}
    if live is None or live.hash != edited.sign.version:
        raise StaleError(
            f"block {edited.block} is no longer at the version that was exported",
            hint="export it again, or import the workbook as a draft",
            details={"moved": moved},
        )
    if str(state.overlay) != edited.sign.overlay:
        raise StaleError("overrides were set or reverted since the export", hint="export the block again")


def _requests(
    roster: Roster, edited: EditedBlock, reason: str, role: str, problems: Problems
) -> Iterator[tuple[Change, OverrideRequest]]:
    """The overrides that say the edits, with the cell each is about: first what frees a slot, then what covers."""
    taken: dict[tuple[Slot, str], list[Change]] = defaultdict(list)
    for change in edited.changes:
        if change.was is None and change.to is not None:
            taken[change.slot, change.to].append(change)
    freed = [c for c in edited.changes if c.was is not None and c.to is None]
    covers: list[tuple[Change, OverrideRequest]] = []
    for change in freed:
        assert change.was is not None
        takers = taken[change.slot, change.was]
        if takers:
            request = _request(change, OverrideType.COVERAGE, reason, role, takers.pop(0).person)
            covers.append((change, request))
            continue
        activity = roster.catalogue[change.was]
        gap = activity.never_cancelled or activity.must_staff
        yield change, _request(change, OverrideType.GAP if gap else OverrideType.CANCELLATION, reason, role)
    yield from covers
    for change in edited.changes:
        if change.was is not None and change.to is not None:
            text = f"an override cannot turn {change.was} into {change.to}: import the workbook as a draft"
            _fault(problems, edited, change, text)
    for change in (c for takers in taken.values() for c in takers):
        text = f"nobody gives up {change.to} in that slot for {change.person}: import the workbook as a draft"
        _fault(problems, edited, change, text)


def _request(
    change: Change, kind: OverrideType, reason: str, role: str, replacement: str | None = None
) -> OverrideRequest:
    return OverrideRequest(change.person, change.slot, kind, reason, role, replacement)


def _fault(problems: Problems, edited: EditedBlock, change: Change, message: str) -> None:
    sheet, row, column = edited.places.get((change.person, change.slot), (str(edited.block), 0, change.slot.part.name))
    problems.add(sheet, row, column, message)

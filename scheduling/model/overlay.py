"""Build a roster: versions laid on the window, then the active overrides on top (domain.md §8)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import BlockRef, days
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.program import Program
from scheduling.model.roster import NO_SOURCE, Doubled, Roster, empty_arrays
from scheduling.model.rotation import Rotation
from scheduling.model.version import BlockSchedule


def build_roster(
    program: Program,
    window: Window,
    schedules: Iterable[BlockSchedule],
    overrides: Iterable[Override] = (),
    *,
    overlay: int = 0,
    recorded_calls: Window | None = None,
) -> Roster:
    """The effective roster of a window.

    Overrides must be active ones; one whose assignment is no longer what it was made on is not applied but listed in
    `unapplied`. A coverage that lands on a taken slot is listed in `doubled`. Without `recorded_calls` the first and last
    night with a caller in these schedules are taken.
    """
    rows = {p.id: i for i, p in enumerate(program.people)}
    base, sources = empty_arrays(len(rows), window)
    rotation = np.full((len(rows), len(window)), -1, np.int16)
    known = np.zeros(len(window), np.bool_)
    rotations: dict[Rotation, int] = {}
    versions: dict[BlockRef, str] = {}
    for schedule in schedules:
        versions[schedule.block.ref] = schedule.digest
        _lay(program, window, schedule, rows, base, sources, known)
        _lay_rotations(window, schedule, rows, rotation, rotations)
    cells, kept, unapplied, doubled = _apply(program.catalogue, window, rows, base, sources, overrides)
    return Roster(
        program=program,
        window=window,
        base=base,
        cells=cells,
        sources=sources,
        rotation=rotation,
        rotations=tuple(rotations),
        absent=absence_mask(program, window),
        known=known,
        versions=dict(sorted(versions.items())),
        overlay=overlay,
        overrides=tuple(kept),
        unapplied=tuple(unapplied),
        doubled=tuple(doubled),
        recorded_calls=recorded_calls or _recorded_calls(program, window, base),
    )


def overlaid(roster: Roster, overrides: Iterable[Override]) -> Roster:
    """The roster with exactly these active overrides in place of its own: what a plan would make of it.

    A cell that was covered and is no longer keeps its own activity again; its source stays that of the coverage.
    """
    sources = np.where(roster.base == Catalogue.OPEN, np.uint8(NO_SOURCE), roster.sources)
    cells, kept, unapplied, doubled = _apply(
        roster.catalogue, roster.window, roster.rows, roster.base, sources, overrides
    )
    return replace(
        roster,
        cells=cells,
        sources=sources,
        overrides=tuple(kept),
        unapplied=tuple(unapplied),
        doubled=tuple(doubled),
    )


def _lay(
    program: Program,
    window: Window,
    schedule: BlockSchedule,
    rows: Mapping[str, int],
    base: NDArray[np.int16],
    sources: NDArray[np.uint8],
    known: NDArray[np.bool_],
) -> None:
    first, last = max(window.start, schedule.block.start), min(window.end, schedule.block.end)
    if first > last:
        return
    there = slice((first - window.start).days, (last - window.start).days + 1)
    here = slice((first - schedule.block.start).days, (last - schedule.block.start).days + 1)
    known[there] = True
    if not schedule.people:
        return
    lut = np.array([*(program.catalogue.index(c) for c in schedule.codes), Catalogue.OPEN], np.int16)
    people = np.array([rows[p] for p in schedule.people])
    base[people, there] = lut[schedule.cells[:, here]]
    sources[people, there] = schedule.sources[:, here]


def _lay_rotations(
    window: Window,
    schedule: BlockSchedule,
    rows: Mapping[str, int],
    rotation: NDArray[np.int16],
    rotations: dict[Rotation, int],
) -> None:
    block = schedule.block
    for half in schedule.rotations:
        first = block.start if half.half == 1 else block.second_half
        last = min(block.end, block.second_half - days(1)) if half.half == 1 else block.end
        first, last = max(first, window.start), min(last, window.end)
        if first <= last:
            number = rotations.setdefault(half.rotation, len(rotations))
            rotation[rows[half.person], (first - window.start).days : (last - window.start).days + 1] = number


def absence_mask(program: Program, window: Window) -> NDArray[np.bool_]:
    """Bool (people, days, 3): the union of approved absences, each followed by its recovery days."""
    mask = np.zeros((len(program.people), len(window), len(PARTS)), np.bool_)
    rows = {p.id: i for i, p in enumerate(program.people)}
    recovery = program.policies.at(window.end).absences.recovery_days
    for absence in program.absences:
        last = absence.blocked_until(recovery)
        if not absence.blocks or absence.person not in rows or last < window.start or absence.start > window.end:
            continue
        for date in Window(max(absence.start, window.start), min(last, window.end)):
            for part in PARTS:
                if absence.blocks_slot(Slot(date, part), recovery):
                    mask[rows[absence.person], (date - window.start).days, part] = True
    return mask


def _apply(
    catalogue: Catalogue,
    window: Window,
    rows: Mapping[str, int],
    base: NDArray[np.int16],
    sources: NDArray[np.uint8],
    overrides: Iterable[Override],
) -> tuple[NDArray[np.int16], list[Override], list[Override], list[Doubled]]:
    cells = base.copy()
    kept: list[Override] = []
    unapplied: list[Override] = []
    doubled: list[Doubled] = []
    for override in sorted(overrides, key=lambda o: (o.slot, o.person)):
        if override.slot.date not in window:
            continue
        where = _where(window, rows, override.person, override.slot)
        if catalogue.code(int(base[where])) != override.activity:
            unapplied.append(override)
            continue
        kept.append(override)
        cells[where] = Catalogue.OPEN
    for override in kept:
        if override.type is OverrideType.COVERAGE and override.replacement is not None:
            where = _where(window, rows, override.replacement, override.slot)
            if cells[where] != Catalogue.OPEN:
                doubled.append(Doubled(override.replacement, override.slot, override.activity, override.id))
                continue
            cells[where] = catalogue.index(override.activity)
            sources[where] = sources[_where(window, rows, override.person, override.slot)]
    return cells, kept, unapplied, doubled


def _where(window: Window, rows: Mapping[str, int], person: str, slot: Slot) -> tuple[int, int, int]:
    return rows[person], (slot.date - window.start).days, int(slot.part)


def _recorded_calls(program: Program, window: Window, base: NDArray[np.int16]) -> Window | None:
    call = program.catalogue.index(program.policies.latest.call.activity)
    nights = np.nonzero((base[:, :, Part.NIGHT] == call).any(axis=0))[0]
    if not len(nights):
        return None
    return Window(window.start + days(int(nights[0])), window.start + days(int(nights[-1])))

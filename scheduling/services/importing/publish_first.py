"""Decide and carry out which blocks an import gives a new live version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import ConflictError
from scheduling.model.lifecycle import Move
from scheduling.model.program import Program
from scheduling.model.version import BlockSchedule
from scheduling.services.importing.report import Edge, EdgeKind, ImportReport
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork


@dataclass(frozen=True, slots=True)
class Step:
    """One block. `schedule` is what becomes live in place of `expected`; None leaves the live version as it is.

    `content` is the hash of what the input alone gives, `live` the hash that is live in the end.
    """

    block: BlockRef
    content: str
    live: str
    partial: bool
    cells: int
    expected: str | None = None
    schedule: BlockSchedule | None = None


async def plan_steps(
    unit: UnitOfWork,
    program: Program,
    year: int,
    schedules: Sequence[BlockSchedule],
    state: State,
    before: ImportReport | None,
) -> tuple[tuple[Step, ...], tuple[Edge, ...]]:
    """A step for each schedule, and the edges that could not be written; ConflictError names every block that moved on."""
    steps: list[Step] = []
    edges: list[Edge] = []
    refused: list[str] = []
    for schedule in schedules:
        ref = schedule.block.ref
        live = state.live.get(ref)
        if before is not None and before.contents.get(str(ref)) == schedule.digest and live is not None:
            steps.append(_step(schedule, live.hash))
            continue
        if before is not None and str(ref) in before.versions:
            untouched = live is not None and live.hash == before.versions[str(ref)]
            if not untouched or before.versions[str(ref)] != before.contents[str(ref)]:
                refused.append(f"{ref} (published since the last import)")
                continue
        elif live is not None and ref.year != year:
            merged, lost = _beside(schedule, (await unit.versions.load(program.slug, [live.hash]))[live.hash])
            edges += lost
            steps.append(_step(schedule, merged.digest, None if merged.digest == live.hash else merged, live.hash))
            continue
        elif live is not None and (await unit.versions.find(program.slug, live.hash)).origin != "import":
            refused.append(f"{ref} (published otherwise)")
            continue
        if lost_overrides := await _lost_overrides(unit, program, schedule):
            refused.append(f"{ref} (active overrides {', '.join(lost_overrides)} would lose their assignment)")
            continue
        steps.append(_step(schedule, schedule.digest, schedule, live.hash if live else None))
    if refused:
        raise ConflictError(
            f"the input changes blocks that moved on: {'; '.join(refused)}",
            hint="nothing was changed; roll those blocks back or revert the overrides first",
        )
    return tuple(steps), tuple(edges)


def _step(
    schedule: BlockSchedule, live: str, written: BlockSchedule | None = None, expected: str | None = None
) -> Step:
    cells = int((schedule.cells >= 0).sum())
    return Step(schedule.block.ref, schedule.digest, live, schedule.partial, cells, expected, written)


def _beside(edge: BlockSchedule, live: BlockSchedule) -> tuple[BlockSchedule, list[Edge]]:
    """A neighbouring year's live block with the duties that cross into it; a taken slot keeps what it holds."""
    held = {(c.person, c.slot): c for c in live}
    lost: list[Edge] = []
    for cell in edge:
        there = held.setdefault((cell.person, cell.slot), cell)
        if there.activity != cell.activity:
            text = f"{cell.activity} of {cell.person} at {cell.slot} was not written: block {edge.block.ref} holds {there.activity}"
            date = cell.slot.date
            lost.append(Edge(EdgeKind.EDGE_NOT_WRITTEN, text, cell.person, date, date, str(edge.block.ref)))
    return BlockSchedule.of(live.block, held.values(), live.rotations), lost


async def _lost_overrides(unit: UnitOfWork, program: Program, schedule: BlockSchedule) -> list[str]:
    held = {(c.person, c.slot): c.activity for c in schedule}
    active = await unit.overrides.active(program.slug, schedule.block.window)
    return [o.id for o in active if held.get((o.person, o.slot)) != o.activity]


async def carry_out(unit: UnitOfWork, program: Program, steps: Sequence[Step]) -> None:
    """Store and publish every new version; StaleError when a live pointer moved meanwhile."""
    for step in steps:
        if step.schedule is not None:
            await unit.versions.add(program, step.schedule, origin="import", parent=step.expected)
            await unit.versions.move(program.slug, step.block, expected=step.expected, to=step.live, why=Move.IMPORT)

"""Roll a publication back: every block of it returns to exactly the version it had before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from scheduling.model.calendar import BlockRef
from scheduling.model.errors import ConflictError, InvalidError, StaleError
from scheduling.model.lifecycle import Move, Publication, Version
from scheduling.model.part import Window
from scheduling.model.program import Program
from scheduling.model.rebase import Fate, Rebased, rebase
from scheduling.services.examine_stage import live_hash
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

ROLLED_BACK = "schedule.rolled_back"
LONGEST_REASON = 500
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class RolledBack:
    """What is live again (None: nothing was before), and what becomes of the overrides on it.

    `repeated` is True when it had been rolled back before and nothing was done now.
    """

    versions: Mapping[BlockRef, str | None]
    overrides: tuple[Rebased, ...] = ()
    repeated: bool = False


async def rollback(unit: UnitOfWork, slug: str, version: str, reason: str) -> RolledBack:
    """Undo the publication that made `version` live, with every block it published, in a unit that has done nothing yet.

    Idempotent. ConflictError when something newer stands on top in one of its blocks (and says what), StaleError when its
    window has closed, InvalidError for a version that no stage published.
    """
    text = reason.strip()
    if not text or len(text) > LONGEST_REASON:
        raise InvalidError("reason", f"a sentence of at most {LONGEST_REASON} characters is needed")
    await unit.lock(slug)
    found = await unit.versions.find(slug, version)
    moves = await unit.versions.publications(slug, found.block.ref, limit=_MOST)
    standing = publications_standing(moves)
    if moves and moves[0].move is Move.ROLLBACK and moves[0].previous == found.hash:
        back = await unit.versions.published_with(slug, moves[0])
        return RolledBack({m.block: m.version for m in back}, repeated=True)
    undone = await unit.versions.published_with(slug, _newest(standing, found))
    state = await unit.programs.state(slug)
    for one in undone:
        _require_on_top(one, state)
    _require_open(undone, unit)
    program = await unit.program(slug)
    overrides = await _overrides(unit, slug, program, undone)
    for one in undone:
        await unit.versions.move(slug, one.block, expected=one.version, to=one.previous, why=Move.ROLLBACK, reason=text)
    versions = {one.block: one.previous for one in undone}
    payload = {
        "publication": undone[0].id,
        "versions": {str(block): v for block, v in versions.items()},
        "previous": {str(one.block): one.version for one in undone},
        "people": await _people(unit, slug, undone),
        "conflicts": [r.override.id for r in overrides if r.fate is Fate.CONFLICT],
    }
    unit.emit(ROLLED_BACK, payload, f"rollback:{undone[0].id}", program=slug)
    return RolledBack(versions, overrides)


def publications_standing(moves: Sequence[Publication]) -> list[Publication]:
    """A block's publications that no rollback has undone, oldest first, from all its moves, newest first."""
    standing: list[Publication] = []
    for move in reversed(moves):
        if move.move is not Move.ROLLBACK:
            standing.append(move)
        elif standing:
            standing.pop()
    return standing


def _newest(standing: Sequence[Publication], version: Version) -> Publication:
    """The publication of the version, which must stand on top."""
    block = version.block.ref
    if not any(p.version == version.hash for p in standing):
        raise InvalidError("version", f"it is not live in block {block}", valid=[p.version for p in standing[-1:]])
    top = standing[-1]
    if top.version != version.hash:
        raise _covered(block, top.version)
    if top.move is not Move.PUBLISH:
        raise InvalidError(
            "version",
            f"it became live by {top.move}, not by publishing a stage",
            hint="stage the version you want and publish it",
        )
    return top


def _covered(block: BlockRef, live: str | None) -> ConflictError:
    stands = f"version {live[:12]}" if live else "no version"
    return ConflictError(
        f"in block {block} {stands} stands on top of it",
        hint="roll back what is newest first, or stage the version you want",
        details={"block": str(block), "live": live},
    )


def _require_on_top(one: Publication, state: State) -> None:
    live = live_hash(state, one.block)
    if live != one.version:
        raise _covered(one.block, live)


def _require_open(undone: Sequence[Publication], unit: UnitOfWork) -> None:
    until = undone[0].rollback_until
    if until is not None and unit.context.at > until:
        raise StaleError(
            f"its rollback window closed at {until.isoformat(timespec='minutes')}",
            hint="stage the earlier version and publish it",
            details={"previous": {str(one.block): one.previous for one in undone}},
        )


async def _overrides(
    unit: UnitOfWork, slug: str, program: Program, undone: Sequence[Publication]
) -> tuple[Rebased, ...]:
    windows = [program.calendar.block(one.block).window for one in undone]
    whole = Window(windows[0].start, windows[-1].end)
    new = await unit.roster(slug, whole, margin=0)
    at = {one.block: one.previous for one in undone if one.previous is not None}
    old = await unit.roster(slug, whole, at=at, margin=0)
    active = [o for o in (*new.overrides, *new.unapplied) if any(o.slot.date in w for w in windows)]
    return rebase(active, new, old)


async def _people(unit: UnitOfWork, slug: str, undone: Sequence[Publication]) -> dict[str, int]:
    """Those whom the publication had told of changes: they are told that it is undone."""
    stage = await unit.stages.of_version(slug, undone[0].version or "")
    return dict(stage.result["people"]) if stage is not None and stage.result is not None else {}

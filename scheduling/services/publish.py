"""Publish a stage: re-check it, move the live pointers by compare-and-swap, and tell of it, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from anyio import to_thread

from scheduling.model.break_glass import BreakGlass
from scheduling.model.calendar import BlockRef
from scheduling.model.errors import BusyError, ConflictError, StaleError
from scheduling.model.lifecycle import Move
from scheduling.model.rebase import Fate
from scheduling.model.stage import StageState, StoredStage
from scheduling.services.examine_stage import examine, live_hash, read_candidates
from scheduling.services.publish_gates import Consent, require_gates
from scheduling.services.stage import TRIES, OpenUnit
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

PUBLISHED = "schedule.published"


@dataclass(frozen=True, slots=True)
class Published:
    """What a publication made live, what was live before (None: nothing), and until when it can be rolled back.

    `people` counts the changed cells of everybody concerned; `conflicts` are overrides that lost their hold.
    `repeated` is True when the stage had been published before and nothing was done now.
    """

    versions: Mapping[BlockRef, str]
    previous: Mapping[BlockRef, str | None]
    rollback_until: dt.datetime
    people: Mapping[str, int]
    conflicts: Sequence[str] = ()
    repeated: bool = False

    def as_json(self) -> dict[str, Any]:
        """The form it is stored in."""
        return {
            "versions": {str(block): version for block, version in self.versions.items()},
            "previous": {str(block): version for block, version in self.previous.items()},
            "rollback_until": self.rollback_until.isoformat(),
            "people": dict(self.people),
            "conflicts": list(self.conflicts),
        }

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Published:
        """The inverse of `as_json`, as the answer to a repeated call."""
        return cls(
            {BlockRef.parse(block): version for block, version in stored["versions"].items()},
            {BlockRef.parse(block): version for block, version in stored["previous"].items()},
            dt.datetime.fromisoformat(stored["rollback_until"]),
            stored["people"],
            stored["conflicts"],
            repeated=True,
        )


async def publish(open_unit: OpenUnit, slug: str, stage: str, digest: str, consent: Consent) -> Published:
    """Make a stage's versions live, together. The same stage again answers what it answered.

    StaleError when the digest is another, the stage is too old, or anything it was made on has moved (and says what);
    GuardRejectedError with every cause that is not settled; ForbiddenError for closed dates without break-glass.
    """
    checked_facts: int | None = None
    for _ in range(TRIES):
        async with open_unit() as unit:
            await unit.lock(slug)
            stored = await _staged(unit, slug, stage, digest)
            if stored.state is StageState.PUBLISHED and stored.result is not None:
                return Published.read(stored.result)
            state = await unit.programs.state(slug)
            if state.facts in (stored.body["facts"], checked_facts):
                return await _commit(unit, slug, stored, state, consent)
        checked_facts = await _recheck(open_unit, slug, stored)
    raise BusyError("the program's facts keep changing while the stage is checked")


async def _staged(unit: UnitOfWork, slug: str, stage: str, digest: str) -> StoredStage:
    stored = await unit.stages.get(slug, stage)
    if stored.digest != digest:
        raise StaleError(f"the digest is not that of {stored.id}", hint="read the stage again, or stage again")
    if stored.state is StageState.DISCARDED:
        raise ConflictError(f"the stage {stored.id} was discarded", hint="stage again with stage_publish")
    return stored


async def _commit(unit: UnitOfWork, slug: str, stored: StoredStage, state: State, consent: Consent) -> Published:
    _require_unmoved(stored, state)
    program = await unit.program(slug)
    figures = program.policy.guard
    now = unit.context.at
    glass = require_gates(stored, program, consent, now)
    if glass is not None:
        unit.changed("break_glass", glass.code)
    until = now + dt.timedelta(hours=figures.rollback_hours)
    for block, version in stored.versions.items():
        await unit.versions.move(
            slug,
            block,
            expected=stored.base[block],
            to=version,
            why=Move.PUBLISH,
            reason=_reason(glass),
            rollback_until=until,
        )
    people = {
        person: changed + removed + filled for person, (_, changed, removed, filled) in stored.body["people"].items()
    }
    done = Published(stored.versions, stored.base, until, people, stored.overrides[Fate.CONFLICT])
    await unit.stages.decide(slug, stored.id, StageState.PUBLISHED, result=done.as_json())
    payload = {"stage": stored.id, **done.as_json()}
    unit.emit(PUBLISHED, payload, f"publish:{stored.id}", program=slug)
    return done


def _reason(glass: BreakGlass | None) -> str | None:
    return f"{glass.code}: {glass.reason}" if glass else None


def _require_unmoved(stored: StoredStage, state: State) -> None:
    moved = [str(block) for block, base in stored.base.items() if live_hash(state, block) != base]
    if moved:
        raise StaleError(
            f"another version went live in block {', '.join(moved)} since it was staged",
            hint="stage the versions again, and look at what changes now",
            details={"moved": {block: live_hash(state, BlockRef.parse(block)) for block in moved}},
        )
    if state.overlay != stored.body["overlay"]:
        raise StaleError(
            "overrides were set or reverted since it was staged",
            hint="stage the versions again: overrides are re-based anew",
            details={"moved": {"overlay": [stored.body["overlay"], state.overlay]}},
        )


async def _recheck(open_unit: OpenUnit, slug: str, stored: StoredStage) -> int:
    """Measure the stage against the present facts; the generation of them it still holds for."""
    async with open_unit() as unit:
        candidates = await read_candidates(unit, slug, list(stored.versions.values()))
    again = await to_thread.run_sync(examine, candidates, stored.made_by, stored.made_at)
    fresh = sorted({f.id for f in again.flags} - {f.id for f in stored.flags})
    if fresh or again.judgement.verdict is not stored.verdict:
        raise StaleError(
            f"people, absences or policy changed since it was staged: {len(fresh)} new flags",
            hint="stage the versions again",
            details={"moved": {"flags": fresh}},
        )
    return candidates.state.facts

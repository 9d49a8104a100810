"""Stage a publication: measure it, store it with its digest, and change nothing that people live by."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from anyio import to_thread

from scheduling.model.errors import BusyError
from scheduling.model.lifecycle import VersionState
from scheduling.model.stage import Stage, StageState, StoredStage, digest_of, pack_changes
from scheduling.services.examine_stage import Candidates, examine, live_hash, read_candidates
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

OpenUnit = Callable[[], AbstractAsyncContextManager[UnitOfWork]]
"""Opens a unit of work: staging reads in one, computes in none, and writes in another."""

TRIES = 3


async def stage_publish(open_unit: OpenUnit, slug: str, versions: Sequence[str]) -> StoredStage:
    """Stage versions (ids or their first characters) of one or several blocks, to be published together.

    NotFoundError for an unknown version, ConflictError for one that is live or discarded, InvalidError for two of one
    block. BusyError when the schedule keeps moving while it is measured.
    """
    for _ in range(TRIES):
        async with open_unit() as unit:
            candidates = await read_candidates(unit, slug, versions)
            context = unit.context
        stage = await to_thread.run_sync(examine, candidates, context.caller, context.at)
        async with open_unit() as unit:
            await unit.lock(slug)
            if not stands(candidates, await unit.programs.state(slug)):
                continue
            stored = stored_stage(stage)
            await unit.stages.add(slug, stored)
            for version in candidates.versions:
                if version.state is VersionState.DRAFT:
                    await unit.versions.set_state(slug, version.hash, VersionState.STAGED)
            return stored
    raise BusyError("the schedule keeps changing while it is staged")


def stands(candidates: Candidates, state: State) -> bool:
    """True while live versions, overlay and facts are those the candidates were read with."""
    same = (state.overlay, state.facts) == (candidates.state.overlay, candidates.state.facts)
    return same and all(live_hash(state, ref) == base for ref, base in candidates.base.items())


def stored_stage(stage: Stage) -> StoredStage:
    """The stage as it is stored; its id is the beginning of its digest."""
    body = stage.body()
    digest = digest_of(body)
    changes = pack_changes(stage.changes)
    return StoredStage(f"stg-{digest[:12]}", digest, StageState.STAGED, body, stage.made_by, stage.made_at, changes)

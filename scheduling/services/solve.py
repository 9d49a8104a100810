"""Ask for a solve, watch it, stop it. The search itself happens in a worker: nothing here loads the solver."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import anyio

from scheduling.model.errors import BusyError
from scheduling.model.lifecycle import VersionState
from scheduling.model.run import RunRequest, RunState, Snapshot, StoredRun
from scheduling.services.gather_problem import gather
from scheduling.services.stage import OpenUnit
from scheduling.solver.canonical import digest
from scheduling.solver.problem import FORM
from scheduling.store.programs import State
from scheduling.store.repository import new_id
from scheduling.store.unit import UnitOfWork

LOOK = 0.2
"""Seconds between two looks at a run that somebody waits for."""
STOP_PATIENCE = 3.0

Watch = Callable[[StoredRun], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Asked:
    """A run, whether it was there before, and how many workers are there to take it up."""

    run: StoredRun
    repeated: bool
    workers: int


async def ask(open_unit: OpenUnit, slug: str, request: RunRequest) -> Asked:
    """Queue a run. The same request on the same facts is the run it was the first time, under way or over.

    Whatever `gather` refuses is refused here, before anything is queued; BusyError when the program has as many runs under
    way as its policy allows. A run that failed or was cancelled, or is not reproducible, is made anew.
    """
    async with open_unit() as unit:
        await gather(unit, slug, request)
    async with open_unit() as unit:
        await unit.lock(slug)
        program = await unit.program(slug)
        name = request_hash(slug, request, await unit.programs.state(slug))
        workers = await unit.runs.jobs.workers()
        before = await unit.runs.latest_of(slug, name)
        if before is not None and await _stands(unit, slug, before):
            return Asked(before, repeated=True, workers=workers)
        most = program.policy.solve.runs_at_once
        if await unit.runs.under_way(slug) >= most:
            raise BusyError(
                f"{most} runs of {slug} are under way, which is its limit",
                retry_after=30,
                hint="wait for one to end, or cancel_run one",
            )
        run = await unit.runs.add(slug, new_id("run"), request, name)
        return Asked(run, repeated=False, workers=workers)


def request_hash(slug: str, request: RunRequest, state: State) -> str:
    """Hex sha256 of what is asked and of everything the answer depends on."""
    live = {str(ref): version.hash for ref, version in state.live.items()}
    return digest([FORM, slug, request.as_json(), state.facts, state.overlay, live])


async def _stands(unit: UnitOfWork, slug: str, run: StoredRun) -> bool:
    """True when asking again is asking for this run: it is under way, or would find the same again."""
    if not run.state.over:
        return not run.stop
    if run.state not in (RunState.SUCCEEDED, RunState.INFEASIBLE) or not run.request.deterministic:
        return False
    made = [await unit.versions.find(slug, version) for version in run.versions]
    return all(version.state is not VersionState.DISCARDED for version in made)


async def read_run(open_unit: OpenUnit, slug: str, run: str) -> StoredRun:
    """A run as it stands; NotFoundError where there is none of that id."""
    async with open_unit() as unit:
        return await unit.runs.get(slug, run)


@dataclass(frozen=True, slots=True)
class SnapshotKeys:
    """The keys of the environment that snapshots are verified with, beside the database's own."""

    keys: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True)
class Preserved:
    """The newest intact snapshot of a run, and how many damaged ones there are."""

    snapshot: Snapshot | None
    refused: int


async def read_snapshot(open_unit: OpenUnit, run: str, given: SnapshotKeys) -> Preserved:
    """What of a run's search is preserved."""
    async with open_unit() as unit:
        keys = await unit.snapshots.known_keys(given.keys)
        return Preserved(*await unit.snapshots.latest(run, keys, unit.context.at))


async def workers_there(open_unit: OpenUnit) -> int:
    """How many workers are there to take a run up."""
    async with open_unit() as unit:
        return await unit.runs.jobs.workers()


async def wait_for(open_unit: OpenUnit, slug: str, run: str, seconds: float, watch: Watch | None = None) -> StoredRun:
    """The run once it is over, or as it stands after so long; `watch` is told of every look that saw it move on."""
    found = await read_run(open_unit, slug, run)
    told: dict[str, Any] | None = None
    with anyio.move_on_after(seconds):
        while not found.state.over:
            if watch is not None and found.progress != told:
                told = dict(found.progress)
                await watch(found)
            await anyio.sleep(LOOK)
            with anyio.CancelScope(shield=True):
                found = await read_run(open_unit, slug, run)
    return found


async def stop_run(open_unit: OpenUnit, slug: str, run: str, *, patience: float = STOP_PATIENCE) -> StoredRun:
    """Cancel a run and wait a moment for its worker, which keeps the incumbent. One that is over stays as it is."""
    async with open_unit() as unit:
        await unit.lock(slug)
        await unit.runs.stop(slug, run)
    return await wait_for(open_unit, slug, run, patience)

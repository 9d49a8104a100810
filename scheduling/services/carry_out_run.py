"""Carry a run out: take its lease, gather, search in a thread, keep what was found. This loads the solver: workers only.

The row is the truth. Whoever holds the lease writes progress, twice a second, and the result, once, in the transaction
that stores its versions; a write that finds another lease ends the work here without a trace.
"""

from __future__ import annotations

import datetime as dt
import functools
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Any

import anyio
import structlog
from anyio import to_thread

from scheduling.model.errors import BusyError, StaleError, UserError
from scheduling.model.run import RunState, Snapshot, StoredRun
from scheduling.services.answer_run import answer, reasons
from scheduling.services.gather_problem import Gathered, gather
from scheduling.services.keep_solution import Kept, certified, prepare, store
from scheduling.services.search_log import SearchLog
from scheduling.solver.problem import Stage
from scheduling.solver.progress import Stop
from scheduling.solver.sites import certify, in_parts
from scheduling.solver.solution import Solution
from scheduling.solver.solve import Answer
from scheduling.solver.status import Status
from scheduling.store.audit import AuditContext, arguments_hash
from scheduling.store.outage import is_outage
from scheduling.store.runs import LeaseLostError
from scheduling.store.unit import UnitOfWork

ENDED = "run.ended"
CERTIFIED = "run.certified"
BEAT = 0.5
"""Seconds between two heartbeats: a run told to stop hears of it within one."""
SNAPSHOT_EVERY = 1.0
PATIENCE = 600.0
"""Seconds a finished solution waits for a database that is away."""

NOTHING_NEW = "Nothing changes: the schedule it starts from is the best there is, or nothing of it is open."

OpenTrail = Callable[[AuditContext], AbstractAsyncContextManager[UnitOfWork]]
_log = structlog.get_logger("run")


@dataclass(slots=True)
class Hand:
    """What may happen to a run from outside while it is carried out. `leaving`: its worker goes down and gives it back."""

    stop: Stop = field(default_factory=Stop)
    leaving: bool = False
    asked: bool = False
    unproved: Unproved | None = None
    poked: anyio.Event = field(default_factory=anyio.Event)

    def leave(self) -> None:
        """Give the run back: the worker goes down."""
        self.leaving = True
        self.stop.set()
        self.poke()

    def poke(self) -> None:
        """Look at the row now: somebody may have asked the run to stop."""
        self.poked.set()


@dataclass(slots=True)
class Unproved:
    """A block solved part by part, whose score the whole is still to certify."""

    work: Work
    solution: Solution
    stop: Stop = field(default_factory=Stop)


@dataclass
class Work:
    """One run in the hands of this process. `keys` seal snapshots; without any the database's own key does."""

    open: OpenTrail
    run: StoredRun
    hand: Hand
    keys: Sequence[bytes]
    log: SearchLog = field(default_factory=SearchLog)
    started: float = field(default_factory=time.monotonic)
    gathered: Gathered | None = None
    retaken: Mapping[str, Any] = field(default_factory=dict)
    """What is told of the tries before this one."""

    def unit(self) -> AbstractAsyncContextManager[UnitOfWork]:
        """A unit of work in the name of whoever asked for the run."""
        asked = arguments_hash(self.run.request.as_json())
        trail = AuditContext(self.run.made_by, "worker", "solve", asked, self.run.program, dt.datetime.now(dt.UTC))
        return self.open(trail)

    @property
    def seconds(self) -> float:
        """Wall time since the run was taken up."""
        return time.monotonic() - self.started

    def snapshot(self) -> Snapshot | None:
        """The newest incumbent nobody has kept yet."""
        better = self.log.improved()
        if better is None or self.gathered is None:
            return None
        tier, values, told = better
        now = dt.datetime.now(dt.UTC)
        problem = self.gathered.problem
        return Snapshot(
            run=self.run.id,
            lease=self.run.lease,
            problem=problem.digest,
            phase=told.phase,
            tier=tier.value,
            objective=told.incumbent or 0,
            values=values,
            at=now,
            until=now + dt.timedelta(hours=problem.policy.solve.snapshot_hours),
        )


async def carry_out(open_trail: OpenTrail, run: str, hand: Hand, keys: Sequence[bytes] = ()) -> RunState | None:
    """Take a run up and see it through; the state it ended in, None when it was not ours or is given back.

    Everything that goes wrong with the run itself ends it as failed, and says why.
    """
    begun = AuditContext("worker", "worker", "solve", "", "", dt.datetime.now(dt.UTC))
    async with open_trail(begun) as unit:
        claimed = await unit.runs.claim(run)
    if claimed is None:
        return None
    work = Work(open_trail, claimed, hand, keys)
    _log.info("run taken up", run=run, lease=claimed.lease, tries=claimed.tries)
    state = None
    async with anyio.create_task_group() as group:
        group.start_soon(_keep_alive, work)
        try:
            state = await _see_through(work)
        except LeaseLostError:
            _log.warning("run given up", run=run, lease=claimed.lease, leaving=hand.leaving)
        except Exception as error:  # noqa: BLE001 - whatever it was, the run falls silent and is taken up anew
            _log.exception("run left", run=run, reason=type(error).__name__)
        group.cancel_scope.cancel()
    _log.info("run ended", run=run, state=state, seconds=round(work.seconds, 2))
    return state


async def _see_through(work: Work) -> RunState | None:
    try:
        async with work.unit() as unit:
            program = await unit.program(work.run.program)
            if work.run.tries <= program.policy.solve.attempts_max:
                work.gathered = await gather(unit, work.run.program, work.run.request)
                work.retaken = await _look_back(work, unit)
        if work.run.tries > program.policy.solve.attempts_max:
            return await _fail(work, *crashed(work.run.tries - 1))
        gathered = work.gathered
        assert gathered is not None
        search = functools.partial(answer, gathered.problem, work.log, work.hand.stop)
        return await _end(work, gathered, await to_thread.run_sync(search))
    except UserError as error:
        if is_outage(error):
            raise
        return await _fail(work, error.code, error.message, error.hint)
    except LeaseLostError:
        raise
    except Exception as error:
        if is_outage(error):
            raise
        _log.exception("run broke", run=work.run.id)
        return await _fail(work, "internal", f"the solver broke ({type(error).__name__})")


async def _look_back(work: Work, unit: UnitOfWork) -> Mapping[str, Any]:
    """What the worker before left behind. A damaged snapshot is refused and reported; none is searched on from."""
    if work.run.tries <= 1:
        return {}
    keys = await unit.snapshots.known_keys(work.keys)
    snapshot, refused = await unit.snapshots.latest(work.run.id, keys, dt.datetime.now(dt.UTC))
    if refused:
        _log.error("damaged snapshots refused", run=work.run.id, count=refused)
    seen = None if snapshot is None else {"tier": snapshot.tier, "objective": snapshot.objective}
    return {"retaken": {"tries": work.run.tries, "snapshot": seen, "refused": refused}}


def crashed(times: int) -> tuple[str, str, str]:
    """What is said of a run that no worker survives: code, message, hint."""
    return "crashed", f"its worker died {times} times", "solve less at once, or look into the worker's log"


async def _keep_alive(work: Work) -> None:
    """Beat and write progress and snapshots until cancelled. A database that is away is waited for."""
    last = 0.0
    while True:
        work.hand.poked = anyio.Event()  # before the look: what is said during it is heard after it
        try:
            with anyio.CancelScope(shield=True):
                await _beat(work)
                if time.monotonic() - last >= SNAPSHOT_EVERY and (snapshot := work.snapshot()) is not None:
                    last = time.monotonic()
                    await _snapshot(work, snapshot)
        except LeaseLostError:
            work.hand.stop.set()
            return
        except Exception as error:  # noqa: BLE001 - a heart that stops for one error would take the search with it
            _log.warning("run goes on without its database", run=work.run.id, reason=type(error).__name__)
        with anyio.move_on_after(BEAT):
            await work.hand.poked.wait()


async def _beat(work: Work) -> None:
    """Tell that the run is alive, and hear what is to become of it; LeaseLostError once it is not ours any more."""
    async with work.unit() as unit:
        asked = await unit.runs.beat(work.run.id, work.run.lease, work.log.facts("search", work.seconds))
    if asked and not work.hand.asked:
        work.hand.asked = True
        work.hand.stop.set()
    if work.hand.leaving and not work.hand.asked:
        await _give_back(work)
        raise LeaseLostError(work.run.id)


async def _snapshot(work: Work, snapshot: Snapshot) -> None:
    """Store a snapshot. One that cannot be written costs the snapshot, never the run."""
    try:
        async with work.unit() as unit:
            await unit.snapshots.add(snapshot, work.keys[0] if work.keys else await unit.snapshots.key())
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the store, the search goes on
        _log.warning("snapshot not kept", run=work.run.id, reason=type(error).__name__)


async def _end(work: Work, gathered: Gathered, found: Answer) -> RunState | None:
    solution, why = found.solution, reasons(found)
    if solution.status is Status.CANCELLED and work.hand.leaving and not work.hand.asked:
        await _beat(
            work
        )  # the search was stopped for the worker's sake: the run goes back, unless somebody asked meanwhile
    if solution.status is Status.INFEASIBLE:
        return await _finish(work, RunState.INFEASIBLE, {"status": solution.status.value, **why})
    if not solution.found:
        if solution.status is Status.CANCELLED:
            return await _finish(work, RunState.CANCELLED, why)
        return await _fail(work, "effort", "no schedule was found within the effort", "raise effort, or solve less")
    kept = await to_thread.run_sync(prepare, gathered, solution)
    state = RunState.CANCELLED if solution.status is Status.CANCELLED else RunState.SUCCEEDED
    ended = await _finish(work, state, {**kept.facts, **why}, gathered, kept)
    unfinished = any(not tier.whole for tier in solution.tiers)
    if not unfinished and state is RunState.SUCCEEDED and solution.stage is Stage.BLOCK and in_parts(gathered.problem):
        work.hand.unproved = Unproved(work, solution)
    return ended


async def _give_back(work: Work) -> None:
    async with work.unit() as unit:
        await unit.runs.release(work.run.program, work.run.id, work.run.lease)


async def _fail(work: Work, code: str, message: str, hint: str = "") -> RunState:
    return await _finish(work, RunState.FAILED, {"error": {"code": code, "message": message, "hint": hint}})


async def _finish(
    work: Work, state: RunState, facts: Mapping[str, Any], gathered: Gathered | None = None, kept: Kept | None = None
) -> RunState:
    """Write the result and its versions in one transaction, fenced by the lease; a database that is away is waited for."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return await _write(work, state, facts, gathered, kept)
        except (BusyError, StaleError) as error:
            if time.monotonic() > deadline:
                raise
            _log.warning("result waits", run=work.run.id, reason=type(error).__name__)
        except LeaseLostError:
            if await _is_ours(work, state):  # the commit's answer was lost, not the commit
                return state
            raise
        except Exception as error:
            if not is_outage(error) or time.monotonic() > deadline:
                raise
            _log.warning("result waits for the database", run=work.run.id, reason=type(error).__name__)
        await anyio.sleep(BEAT)


async def _write(
    work: Work, state: RunState, facts: Mapping[str, Any], gathered: Gathered | None, kept: Kept | None
) -> RunState:
    run, slug = work.run, work.run.program
    async with work.unit() as unit:
        await unit.runs.begin()
        await unit.lock(slug)
        versions = await store(unit, slug, gathered, kept) if gathered is not None and kept is not None else {}
        if gathered is not None and {str(ref): h for ref, h in gathered.start.items()}.items() >= versions.items():
            facts = {**facts, "note": NOTHING_NEW}
        result = {**facts, **work.retaken, "versions": versions, "seconds": round(work.seconds, 2)}
        await unit.runs.beat(run.id, run.lease, work.log.facts("search", work.seconds))
        await unit.runs.finish(run.id, run.lease, state, result)
        unit.emit(ENDED, {"run": run.id, "state": state.value}, f"run:{run.id}:{run.lease}", program=slug)
    return state


async def _is_ours(work: Work, state: RunState) -> bool:
    async with work.unit() as unit:
        found = await unit.runs.get(work.run.program, work.run.id)
    return found.lease == work.run.lease and found.state is state


async def certify_run(unproved: Unproved) -> None:
    """Hold a finished block against the bound of the block as one model, and add that proof to the run's result."""
    work, solution = unproved.work, unproved.solution
    assert work.gathered is not None
    asked = work.gathered.problem
    if solution.problem != asked.digest:
        asked = replace(asked, insisting=True)
    prove = functools.partial(certify, asked, solution, stop=unproved.stop)
    certificate = await to_thread.run_sync(prove)
    if unproved.stop.is_set:
        return
    facts = certified(solution, certificate)
    async with work.unit() as unit:
        if await unit.runs.amend(work.run.id, work.run.lease, facts):
            unit.emit(
                CERTIFIED, {"run": work.run.id}, f"run:{work.run.id}:{work.run.lease}:proof", program=work.run.program
            )

"""Runs: asked for once, taken up under a lease, and written only by whoever holds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, case, func, literal, or_, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from scheduling.model.errors import NotFoundError
from scheduling.model.run import UNDER_WAY, RunKind, RunRequest, RunState, StoredRun
from scheduling.store.jobs import Jobs
from scheduling.store.repository import Repository
from scheduling.store.run_tables import RunRow
from scheduling.store.transaction import Transaction

SILENCE = 10
"""Seconds without a heartbeat after which a running run is anybody's."""

_COLUMNS = tuple(RunRow.__table__.columns)
_UNDER_WAY = RunRow.state.in_([s.value for s in UNDER_WAY])
_NOW = func.clock_timestamp()
_SILENT = _NOW - dt.timedelta(seconds=SILENCE)
_JOBLESS = text(
    "not exists (select from jobs.procrastinate_jobs j where j.queueing_lock = runs.id and j.status in ('todo', 'doing'))"
)


class LeaseLostError(Exception):
    """Somebody else has taken the run up, or it is over: whatever was found here is not written."""


class Runs(Repository):
    """The runs of every program. Heartbeats and their like move only the row, and leave no trace on the audit trail."""

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.jobs = Jobs(transaction)

    async def add(self, slug: str, run: str, request: RunRequest, request_hash: str) -> StoredRun:
        """Store a new run and put its job into the queue, both when the transaction commits."""
        row = insert(RunRow).values(
            id=run,
            program=slug,
            kind=request.kind.value,
            request=request.as_json(),
            request_hash=request_hash,
            state=RunState.QUEUED.value,
            job=await self.jobs.defer(slug, run),
            made_by=self._caller,
            made_at=self._now,
        )
        made = (await self._tx.write(row.returning(*_COLUMNS))).one()
        self._tx.changed("run", run)
        return _run(made)

    async def get(self, slug: str, run: str) -> StoredRun:
        """One run; NotFoundError where there is none of that id."""
        rows = await self._tx.read(select(*_COLUMNS).where(RunRow.program == slug, RunRow.id == run))
        if not rows:
            known = [r.id for r in await self.listed(slug, limit=20)]
            raise NotFoundError("run", run, known, hint="solve_schedule starts a run")
        return _run(rows[0])

    async def listed(self, slug: str, *, limit: int = 100) -> Sequence[StoredRun]:
        """Runs, newest first."""
        wanted = select(*_COLUMNS).where(RunRow.program == slug).order_by(RunRow.made_at.desc(), RunRow.id)
        return [_run(row) for row in await self._tx.read(wanted.limit(limit))]

    async def latest_of(self, slug: str, request_hash: str) -> StoredRun | None:
        """The newest run of the very same request."""
        named = (RunRow.program == slug, RunRow.request_hash == request_hash)
        rows = await self._tx.read(select(*_COLUMNS).where(*named).order_by(RunRow.made_at.desc()).limit(1))
        return _run(rows[0]) if rows else None

    async def under_way(self, slug: str) -> int:
        """How many runs of the program wait or run."""
        counted = select(func.count()).where(RunRow.program == slug, _UNDER_WAY)
        return int((await self._tx.read(counted))[0][0])

    async def waiting(self) -> int:
        """How many runs of all programs wait for a worker."""
        counted = select(func.count()).where(RunRow.state == RunState.QUEUED.value)
        return int((await self._tx.read(counted))[0][0])

    async def stop(self, slug: str, run: str) -> StoredRun:
        """Ask a run to end: one that waits is cancelled here and now, one that runs by its worker. Again changes nothing."""
        waits = RunRow.state == RunState.QUEUED.value
        ended = {"state": RunState.CANCELLED.value, "ended_at": _NOW, "result": literal({}, JSONB)}
        moved = await self._tx.write(
            update(RunRow)
            .where(RunRow.program == slug, RunRow.id == run, _UNDER_WAY, RunRow.stop_by.is_(None))
            .values(
                stop_by=self._caller,
                **{name: case((waits, value), else_=getattr(RunRow, name)) for name, value in ended.items()},
            )
            .returning(*_COLUMNS)
        )
        row = moved.one_or_none()
        if row is None:
            return await self.get(slug, run)
        self._tx.changed("run", run)
        if row.job is not None:
            await self.jobs.cancel(row.job)
        return _run(row)

    async def begin(self) -> None:
        """Begin to write without the program's lock, as workers do.

        A worker that freezes in the middle keeps no row from others for longer than it takes to count as gone.
        """
        self._tx.begin_writing()
        limit = func.set_config("idle_in_transaction_session_timeout", f"{SILENCE}s", True)
        await self._tx.write(select(limit))

    async def claim(self, run: str) -> StoredRun | None:
        """Take a run up under a new lease; None when somebody else works on it or it is over."""
        await self.begin()
        free = or_(
            RunRow.state == RunState.QUEUED.value,
            (RunRow.state == RunState.RUNNING.value) & (RunRow.heartbeat < _SILENT),
        )
        moved = await self._tx.write(
            update(RunRow)
            .where(RunRow.id == run, free)
            .values(
                state=RunState.RUNNING.value,
                lease=RunRow.lease + 1,
                tries=RunRow.tries + 1,
                heartbeat=_NOW,
                progress=literal({}, JSONB),
                started_at=func.coalesce(RunRow.started_at, _NOW),
            )
            .returning(*_COLUMNS)
        )
        row = moved.one_or_none()
        return _run(row) if row is not None else None

    async def beat(self, run: str, lease: int, progress: Mapping[str, Any]) -> bool:
        """Say that the run is alive and how far it is; True when it is to stop. LeaseLostError when it is not ours."""
        await self.begin()
        values = {"heartbeat": _NOW, "progress": dict(progress)}
        return await self._fenced(run, lease, values) is not None

    async def finish(self, run: str, lease: int, state: RunState, result: Mapping[str, Any]) -> None:
        """End a run with its result, in the transaction that stores its versions. LeaseLostError when it is not ours."""
        await self.begin()
        await self._fenced(run, lease, {"state": state.value, "result": dict(result), "ended_at": _NOW})
        self._tx.changed("run", run)

    async def amend(self, run: str, lease: int, facts: Mapping[str, Any]) -> bool:
        """Add facts to the result of a run that succeeded under this lease; False when it did not."""
        await self.begin()
        mine = (RunRow.id == run, RunRow.lease == lease, RunRow.state == RunState.SUCCEEDED.value)
        more = RunRow.result.op("||")(literal(dict(facts), JSONB))
        moved = await self._tx.write(update(RunRow).where(*mine).values(result=more).returning(RunRow.id))
        done = moved.one_or_none() is not None
        if done:
            self._tx.changed("run", run)
        return done

    async def release(self, slug: str, run: str, lease: int) -> None:
        """Give a run back unfinished: its worker goes down in good order, which counts as no try."""
        await self.begin()
        again = await self.jobs.defer(slug, run)
        values = {"state": RunState.QUEUED.value, "lease": lease + 1, "tries": RunRow.tries - 1, "job": again}
        await self._fenced(run, lease, values)

    async def abandoned(self) -> Sequence[StoredRun]:
        """Runs whose worker fell silent, and waiting ones whose job is lost; locked for this transaction."""
        await self.begin()
        silent = (RunRow.state == RunState.RUNNING.value) & (RunRow.heartbeat < _SILENT)
        waiting = (RunRow.state == RunState.QUEUED.value) & (RunRow.made_at < _SILENT) & _JOBLESS
        found = select(*_COLUMNS).where(or_(silent, waiting)).order_by(RunRow.made_at).limit(100)
        return [_run(row) for row in await self._tx.write(found.with_for_update(skip_locked=True))]

    async def requeue(self, found: StoredRun) -> None:
        """Give an abandoned run to whoever is free; the worker that fell silent holds no lease any more."""
        job = await self.jobs.defer(found.program, found.id)
        values = {"state": RunState.QUEUED.value, "job": job}
        if found.state is RunState.RUNNING:
            values["lease"] = found.lease + 1
        await self._tx.write(update(RunRow).where(RunRow.id == found.id, RunRow.lease == found.lease).values(values))

    async def _fenced(self, run: str, lease: int, values: Mapping[str, Any]) -> str | None:
        """Write where the lease is still ours, and give back who asked the run to stop."""
        mine = (RunRow.id == run, RunRow.lease == lease, RunRow.state == RunState.RUNNING.value)
        moved = await self._tx.write(update(RunRow).where(*mine).values(values).returning(RunRow.id, RunRow.stop_by))
        row = moved.one_or_none()
        if row is None:
            raise LeaseLostError(run)
        return None if row.stop_by is None else str(row.stop_by)


def _run(row: Row[Any]) -> StoredRun:
    assert RunKind(row.kind)
    return StoredRun(
        id=row.id,
        program=row.program,
        request=RunRequest.read(row.request),
        request_hash=row.request_hash,
        state=RunState(row.state),
        lease=row.lease,
        tries=row.tries,
        made_by=row.made_by,
        made_at=row.made_at,
        job=row.job,
        stop=row.stop_by is not None,
        progress=row.progress,
        result=row.result,
        heartbeat=row.heartbeat,
        started_at=row.started_at,
        ended_at=row.ended_at,
    )

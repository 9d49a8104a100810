"""The worker: carries solve runs out, sweeps up after workers that died, and delivers what the outbox holds.

A job only wakes it. Which run is whose, and what became of it, stands in the run's row, so that a job lost, doubled or
cut off by a database that went away does no harm: the search goes on, and its result is written when it can be.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import anyio
import procrastinate
import psycopg
import structlog
from anyio.abc import TaskGroup
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.worker import Worker as QueueWorker

from scheduling.services.carry_out_run import Hand, Unproved, carry_out, certify_run
from scheduling.services.notify.run_delivery import run_delivery
from scheduling.services.notify.settings import DeliverySettings
from scheduling.services.sweep_runs import sweep
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.jobs import ALIVE, QUEUE, SOLVE
from scheduling.store.run_tables import JOBS
from scheduling.store.unit import UnitOfWork
from server.settings import Settings

SWEEP_EVERY = 5.0
GRACE = 5.0
"""Seconds a worker that goes down waits for the queue to let it go."""

_AGAIN = 1.0
_BEAT = 3.0
_log = structlog.get_logger("worker")


@dataclass
class Worker:
    """One worker process over one database; `places` is how many runs it carries out at a time."""

    database: Database
    settings: Settings
    delivery: DeliverySettings = field(default_factory=DeliverySettings)
    places: int = 1
    _hands: dict[str, tuple[Hand, anyio.Event]] = field(default_factory=dict, init=False)
    _group: TaskGroup | None = field(default=None, init=False)
    _queue: QueueWorker | None = field(default=None, init=False)
    _proofs: list[Unproved] = field(default_factory=list, init=False)
    _proving: anyio.Lock = field(default_factory=anyio.Lock, init=False)
    _leaving: bool = field(default=False, init=False)

    async def run(self, leave: anyio.Event) -> None:
        """Work until `leave` is set; runs that are under way then go back into the queue as they were."""
        async with anyio.create_task_group() as group:
            self._group = group
            group.start_soon(self._sweep)
            group.start_soon(run_delivery, self.database, self.delivery)
            async with anyio.create_task_group() as fetching:
                fetching.start_soon(self._fetch)
                await leave.wait()
                self._leaving = True
                for hand, _ in list(self._hands.values()):
                    hand.leave()
                for unproved in self._proofs:
                    unproved.stop.set()
                if self._queue is not None:
                    self._queue.stop()  # type: ignore[no-untyped-call]  # procrastinate leaves it unannotated
                fetching.cancel_scope.deadline = anyio.current_time() + GRACE
            for _, done in list(self._hands.values()):
                await done.wait()
            group.cancel_scope.cancel()

    def unit(self, trail: AuditContext) -> UnitOfWork:
        """A unit of work of this worker."""
        return UnitOfWork(self.database, trail, today=self.settings.today)

    async def _fetch(self) -> None:
        """Take jobs until the worker leaves; a database that went away is waited for."""
        while not self._leaving:
            try:
                app = self._app()
                async with app.open_async():
                    if self._leaving:
                        return
                    self._queue = QueueWorker(
                        app,
                        queues=[QUEUE],
                        concurrency=self.places,
                        fetch_job_polling_interval=1,
                        abort_job_polling_interval=1,
                        update_heartbeat_interval=_BEAT,
                        stalled_worker_timeout=ALIVE,
                        shutdown_graceful_timeout=1,
                        delete_jobs="successful",
                        install_signal_handlers=False,
                    )
                    await self._queue.run()  # type: ignore[no-untyped-call]  # same reason
            except (ConnectorException, psycopg.Error, OSError) as error:
                _log.warning("the queue cannot be reached", reason=type(error).__name__)
            except Exception:  # noqa: BLE001 - the loop outlives any one connection, whatever ended it
                _log.exception("the queue broke off")
            self._queue = None
            if not self._leaving:
                await anyio.sleep(_AGAIN)

    def _app(self) -> procrastinate.App:
        """The queue with the one task there is: a job of any other name fails without being looked at."""
        connector = procrastinate.PsycopgConnector(
            conninfo=self.database.libpq_dsn,
            kwargs={"options": f"-c search_path={JOBS}"},
            min_size=1,
            max_size=4,
            timeout=10,
        )
        app = procrastinate.App(connector=connector)
        app.tasks.clear()  # it brings tasks of its own
        app.task(name=SOLVE, queue=QUEUE)(self._solve)
        return app

    async def _solve(self, *, program: str, run: str) -> None:
        """The task: begin the run, and stay until it is over or somebody aborts the job."""
        del program  # for people who look into the queue
        hand, done = self._take(run)
        try:
            await done.wait()
        except anyio.get_cancelled_exc_class():
            # Whether a person asked, or the queue only lost its connection, is for the row to say.
            hand.poke()
            raise JobAborted from None

    def _take(self, run: str) -> tuple[Hand, anyio.Event]:
        """Begin a run apart from the job that named it."""
        if run not in self._hands:
            assert self._group is not None
            self._hands[run] = (Hand(), anyio.Event())
            if self._leaving:  # the queue gave it out at the last moment
                self._hands[run][0].leave()
            self._group.start_soon(self._carry, run)
        return self._hands[run]

    async def _carry(self, run: str) -> None:
        hand, done = self._hands[run]
        try:
            await carry_out(self.unit, run, hand, self._keys)
        except Exception:  # noqa: BLE001 - it stays queued or falls silent, and the sweep brings it back
            _log.exception("run not carried out", run=run)
        finally:
            del self._hands[run]
            done.set()
        if hand.unproved is not None and not self._leaving:
            await self._certify(hand.unproved)

    async def _certify(self, unproved: Unproved) -> None:
        """Prove in the background, one at a time: the next run does not wait for it."""
        self._proofs.append(unproved)
        try:
            async with self._proving:
                await certify_run(unproved)
        except Exception:  # noqa: BLE001 - the schedule stands without the certificate
            _log.exception("run not certified", run=unproved.work.run.id)
        finally:
            self._proofs.remove(unproved)

    @property
    def _keys(self) -> Sequence[bytes]:
        return self.settings.keys

    async def _sweep(self) -> None:
        while True:
            try:
                await sweep(self.unit, frozenset(self._hands))
            except Exception as error:  # noqa: BLE001 - the loop outlives any one round
                _log.warning("the sweep waits", reason=type(error).__name__)
            await anyio.sleep(SWEEP_EVERY)

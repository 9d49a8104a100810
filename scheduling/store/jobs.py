"""The queue: jobs that wake workers, put in and taken out inside our own transactions.

A job only says that a run waits; the run's row says what is to be done and who does it. One lost, doubled or late does
no harm.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Text, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB

from scheduling.store.repository import Repository

QUEUE = "solve"
SOLVE = "housestaff.solve"
"""The one task workers run; a job of any other name fails without being looked at."""

ALIVE = 15
"""Seconds after which a worker that has not been heard of counts as gone."""

_DEFER = text(
    """
    select (jobs.procrastinate_defer_jobs_v1(array[
      row(:queue, :task, 0, null, :waits, :args, null)::jobs.procrastinate_job_to_defer_v1
    ]))[1]
    """
).bindparams(
    bindparam("queue", type_=Text),
    bindparam("task", type_=Text),
    bindparam("waits", type_=Text),
    bindparam("args", type_=JSONB),
)
_WAITING = text("select id from jobs.procrastinate_jobs where queueing_lock = :waits and status = 'todo'")
_CANCEL = text("select jobs.procrastinate_cancel_job_v1(:job, true, false)").bindparams(bindparam("job", BigInteger))
_WORKERS = text(
    "select count(*) from jobs.procrastinate_workers where last_heartbeat > clock_timestamp() - :alive * interval '1 s'"
)
_CLEAR = text(
    """
    with gone as (
      select j.id from jobs.procrastinate_jobs j left join jobs.procrastinate_workers w on w.id = j.worker_id
      where (j.status = 'doing'
             and coalesce(w.last_heartbeat, '-infinity') < clock_timestamp() - :alive * interval '1 s')
         or (j.status not in ('todo', 'doing') and not exists (
               select from jobs.procrastinate_events e
               where e.job_id = j.id and e.at > clock_timestamp() - interval '1 day'))
      limit 1000
    )
    delete from jobs.procrastinate_jobs where id in (select id from gone)
    """
)


class Jobs(Repository):
    """The jobs of solve runs."""

    async def defer(self, slug: str, run: str) -> int:
        """Put a run's job into the queue when the transaction commits, unless one waits there; its number."""
        waiting = (await self._tx.write(_WAITING, {"waits": run})).scalar_one_or_none()
        if waiting is not None:
            return int(waiting)
        values = {"queue": QUEUE, "task": SOLVE, "waits": run, "args": {"program": slug, "run": run}}
        return int((await self._tx.write(_DEFER, values)).scalar_one())

    async def cancel(self, job: int) -> None:
        """Take a waiting job out; tell the worker of a running one, at once, to end it."""
        await self._tx.write(_CANCEL, {"job": job})

    async def workers(self) -> int:
        """How many workers have been heard of lately."""
        return int((await self._tx.read(_WORKERS, {"alive": ALIVE}))[0][0])

    async def clear(self) -> None:
        """Remove what dead workers held, and jobs that ended more than a day ago."""
        await self._tx.write(_CLEAR, {"alive": ALIVE})

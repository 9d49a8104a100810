"""Sweep up after workers that died: their runs are taken up by others, or fail when nobody survives them."""

from __future__ import annotations

import datetime as dt

import structlog

from scheduling.model.run import RunState
from scheduling.services.carry_out_run import ENDED, OpenTrail, crashed
from scheduling.store.audit import SERVER, AuditContext
from scheduling.store.unit import UnitOfWork

_log = structlog.get_logger("sweep")


async def sweep(open_trail: OpenTrail, mine: frozenset[str] = frozenset()) -> int:
    """One round; how many runs were touched. Any number of workers may do this at once.

    `mine` are runs the asking process works on itself: after an outage of the database it may look before they have spoken.
    """
    touched = 0
    async with open_trail(_trail(SERVER)) as unit:
        found = [run.program for run in await unit.runs.abandoned() if run.id not in mine]
        await unit.runs.jobs.clear()
    for slug in dict.fromkeys(found):
        async with open_trail(_trail(slug)) as unit:
            await unit.lock(slug)
            touched += await _sweep_program(unit, slug, mine)
    return touched


async def _sweep_program(unit: UnitOfWork, slug: str, mine: frozenset[str]) -> int:
    most = (await unit.program(slug)).policy.solve.attempts_max
    touched = 0
    for run in await unit.runs.abandoned():
        if run.program != slug or run.id in mine:
            continue
        touched += 1
        if run.state is RunState.RUNNING and run.tries >= most:
            code, message, hint = crashed(run.tries)
            error = {"error": {"code": code, "message": message, "hint": hint}, "versions": {}}
            await unit.runs.finish(run.id, run.lease, RunState.FAILED, error)
            payload = {"run": run.id, "state": RunState.FAILED.value}
            unit.emit(ENDED, payload, f"run:{run.id}:{run.lease}", program=slug)
        else:
            await unit.runs.requeue(run)
        _log.warning("run swept", run=run.id, was=run.state, tries=run.tries)
    return touched


def _trail(program: str) -> AuditContext:
    return AuditContext("worker", "worker", "sweep", "", program, dt.datetime.now(dt.UTC))

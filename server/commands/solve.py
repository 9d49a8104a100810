"""`housestaff solve`: make a schedule and watch the search."""

from __future__ import annotations

import os
from typing import Annotated

import anyio
import typer
from rich.console import Console
from rich.live import Live

from auth.run_shapes import RunShape
from auth.scopes import Scope
from scheduling.model.calendar import BlockRef
from scheduling.model.errors import InvalidError
from scheduling.model.run import Reopen, RunRequest, RunState, StoredRun
from scheduling.services.solve import ask, stop_run, wait_for
from scheduling.services.stage import OpenUnit
from scheduling.store.unit import UnitOfWork
from server.commands.local import Desk, opened
from server.commands.printing import AsJson, emit_json, remark
from server.solve_view import outcome, watching
from server.worker_child import WorkerChild

_DAY = 86_400.0
_PIPE_WIDTH = 160
_GOOD = (RunState.SUCCEEDED, RunState.CANCELLED)


def run(
    what: Annotated[str, typer.Argument(metavar="BLOCK", help="A block such as 2025/10, or an academic year: 2025.")],
    program: Annotated[str | None, typer.Option("--program", help="Slug; default: your only program.")] = None,
    origin: Annotated[str, typer.Option("--from", help="live, version:ID, stage:ID or run:ID to start from.")] = "live",
    objective: Annotated[str | None, typer.Option(help="Objective profile of the policy.")] = None,
    reopen: Annotated[
        Reopen | None, typer.Option(help="For a year: recorded calls move too, or weeks and all calls.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same request and seed make the same schedule.")] = 0,
    effort: Annotated[float, typer.Option(help="Deterministic units, about two seconds each.")] = 30.0,
    *,
    portfolio: Annotated[bool, typer.Option("--portfolio", help="Search in parallel; not reproducible.")] = False,
    as_json: AsJson = False,
) -> None:
    """Solve a block or a year into draft versions; interrupt to stop and keep the best schedule found."""
    year, number = _named(what)
    request = RunRequest(
        year=year,
        number=number,
        origin=origin,
        objective=objective,
        reopen=reopen,
        seed=seed,
        effort=effort,
        deterministic=not portfolio,
    )
    anyio.run(_main, request, program, as_json)


def _named(what: str) -> tuple[int, int | None]:
    """Year and block number; no number for the whole year."""
    if "/" in what:
        ref = BlockRef.parse(what)
        return ref.year, ref.number
    if what.isdecimal():
        return int(what), None
    raise InvalidError("block", "a block or a year", valid=["2025/10", "2025"])


async def _main(request: RunRequest, program: str | None, as_json: bool) -> None:
    async with opened() as desk:
        found = await _solve(desk, request, program, quiet=as_json)
    if as_json:
        emit_json(RunShape.of_run(found).model_dump(mode="json"))
    else:
        Console(width=None if os.isatty(1) else _PIPE_WIDTH, highlight=False).print(outcome(found))
        if found.versions:
            remark("Drafts: stage_publish shows what publishing them would change.")
    if found.state not in _GOOD:
        raise typer.Exit(1)


async def _solve(desk: Desk, request: RunRequest, program: str | None, *, quiet: bool) -> StoredRun:
    access = await desk.enter(program, Scope.SCHEDULE_PROPOSE)
    slug = access.program

    def unit() -> UnitOfWork:
        return desk.unit(desk.trail("solve", slug, **request.as_json()))

    asked = await ask(unit, slug, request)
    if asked.run.state.over:
        return asked.run
    found = asked.run
    async with anyio.create_task_group() as group:
        if not asked.workers:
            # Nobody else is there to do it.
            group.start_soon(WorkerChild(desk.settings, quiet=True).run)
        found = await _watch(unit, slug, asked.run, quiet=quiet)
        group.cancel_scope.cancel()
    return found


async def _watch(open_unit: OpenUnit, slug: str, run: StoredRun, *, quiet: bool) -> StoredRun:
    stopped = run
    with Live(watching(run), console=_console(), transient=True, auto_refresh=False) as live:

        async def look(found: StoredRun) -> None:
            if not quiet:
                live.update(watching(found), refresh=True)

        try:
            return await wait_for(open_unit, slug, run.id, _DAY, look)
        except anyio.get_cancelled_exc_class():
            with anyio.CancelScope(shield=True):
                stopped = await stop_run(open_unit, slug, run.id)
            live.console.print(outcome(stopped))
            raise


def _console() -> Console:
    return Console(stderr=True, width=None if os.isatty(2) else _PIPE_WIDTH, highlight=False)

"""What a server does beside answering, for as long as it runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import anyio
import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from scheduling.store.outage import is_outage

Task = Callable[[], Coroutine[Any, Any, None]]
_log = structlog.get_logger("server")


AGAIN = 1.0
"""Seconds after which a task that failed is begun again."""


@asynccontextmanager
async def beside(*tasks: Task) -> AsyncIterator[None]:
    """Run the tasks for the length of the block; one that fails is begun again, and the block goes on."""
    async with anyio.create_task_group() as group:
        for task in tasks:
            group.start_soon(_lasting, task)
        try:
            yield
        finally:
            group.cancel_scope.cancel()


async def _lasting(task: Task) -> None:
    """Run a task to its end. An application whose task ended it would go on as a server that answers nothing."""
    while True:
        try:
            return await task()
        except Exception as error:  # noqa: BLE001 - see above
            if is_outage(error):
                _log.warning("a task beside the server waits for the database", kind=type(error).__qualname__)
            else:
                _log.exception("a task beside the server failed and is begun again")
        await anyio.sleep(AGAIN)


def run_beside(app: Starlette, *tasks: Task) -> None:
    """Let an application run the tasks from its start to its end."""
    around = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(started: Any) -> AsyncIterator[Any]:  # noqa: ANN401 - Starlette's own types
        async with beside(*tasks), around(started) as state:
            yield state

    app.router.lifespan_context = lifespan


def whole(app: ASGIApp, ended: Callable[[], None]) -> ASGIApp:
    """The application, telling when its lifespan is over: without it a server would answer every request with an error."""

    async def watched(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            if scope["type"] == "lifespan":
                ended()

    return watched


def attempt(task: Task, what: str) -> Task:
    """The task as one whose failure costs only itself."""

    async def run() -> None:
        try:
            await task()
        except Exception as error:  # noqa: BLE001 - what is only done to be quicker must not end a server
            _log.warning("not done", what=what, reason=type(error).__name__)

    return run

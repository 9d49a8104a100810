"""`housestaff demo`: the main job end to end on a demonstration program, for a person who reads along."""

from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import anyio
import typer
from anyio import to_thread
from rich.console import Console

from scheduling.store.database import open_database
from scheduling.store.embedded import EmbeddedServer
from scheduling.store.home import data_home
from server.app import House
from server.demonstration.story import tell
from server.settings import Settings, read_settings
from server.telemetry import configure_logging

_PIPE_WIDTH = 140


def run(
    size: Annotated[str, typer.Option(help="usual (18 residents), bench (24) or large (90).")] = "usual",
    seed: Annotated[int, typer.Option(min=0, help="The same size and seed build the same program.")] = 0,
    *,
    keep: Annotated[bool, typer.Option("--keep", help="Keep its database, to be served afterwards.")] = False,
) -> None:
    """Build a demonstration program, validate it, cover an absence, look at the result and take it back."""
    # A database of its own, whatever DATABASE_URL says: a demonstration never touches anybody's data.
    settings = replace(read_settings(os.environ), database_url=None, token=None)
    console = Console(width=None if os.isatty(1) else _PIPE_WIDTH, highlight=False)
    with _home(keep=keep) as home:
        anyio.run(_tell, replace(settings, home=home), console, size, seed)
        if keep:
            console.print(f"\nKept. Serve it with: HOUSESTAFF_HOME={home} housestaff serve")


async def _tell(settings: Settings, console: Console, size: str, seed: int) -> None:
    configure_logging(level="warning", form=settings.log_format)
    begun = time.perf_counter()
    server = EmbeddedServer(settings.home)
    address = await to_thread.run_sync(server.start)
    try:
        async with open_database(address) as database:
            console.print(f"An embedded PostgreSQL, started in {time.perf_counter() - begun:.2f} s")
            await tell(House(database, settings), console, size=size, seed=seed)
    finally:
        with anyio.CancelScope(shield=True):
            await to_thread.run_sync(server.stop)
    console.print(f"\nEvery step held, in {time.perf_counter() - begun:.1f} s.")


@contextmanager
def _home(*, keep: bool) -> Iterator[Path]:
    """The folder of the demonstration's database: beside the user's own data, or a passing one."""
    if keep:
        yield data_home() / "demo"
        return
    passing = Path(tempfile.mkdtemp(prefix="housestaff-demo-"))
    try:
        yield passing
    finally:
        shutil.rmtree(passing, ignore_errors=True)

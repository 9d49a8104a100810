from __future__ import annotations

import os
import shutil
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import anyio
import pytest
from hypothesis import settings

from scheduling.store.account import Account
from scheduling.store.database import Database, prepare
from scheduling.store.embedded import EmbeddedServer
from tests import databases

TEMPLATE = "housestaff_template"
FULL = os.environ.get("HOUSESTAFF_COUNTS") == "full"

# Examples are the same in every run, so that a change is judged by what it changed; the full counts draw new ones. No example
# is judged by its time: a busy machine is no fault.
settings.register_profile("housestaff", deadline=None, derandomize=not FULL)
settings.load_profile("housestaff")
# A test's data need not outlive the machine, only its processes: no waiting for the disk.
QUICK = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever counts on random input belongs to `make fuzz`; kills and races belong to `make faults`."""
    for item in items:
        if "full_counts" in getattr(item, "fixturenames", ()) and "faults" not in item.path.parts:
            item.add_marker(pytest.mark.fuzz)


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session", autouse=True)
def _own_environment() -> Iterator[None]:
    """No test reads or touches the data of the person who runs it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name == "DATABASE_URL" or name.startswith(("HOUSESTAFF_", "PG"))]:
            if name not in {"HOUSESTAFF_COUNTS", "HOUSESTAFF_REAL_DATA"}:
                patch.delenv(name)
        if not Account.for_server(Path("/")).may_enter(Path(tempfile.gettempdir())):
            # Root's own TMPDIR may be closed to the account that runs the server for root.
            patch.setenv("TMPDIR", "/tmp")
            patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def full_counts() -> bool:
    """Whether the long forms of fault, fuzz and property tests were asked for (HOUSESTAFF_COUNTS=full)."""
    return FULL


@pytest.fixture
def home() -> Iterator[Path]:
    """An empty data directory with a short path, which the account that runs PostgreSQL can enter."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    try:
        yield folder
    finally:
        _remove(folder)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedServer]:
    """The embedded server every test shares."""
    folder = Path(tempfile.mkdtemp(prefix="hs-"))
    try:
        with EmbeddedServer(folder, settings=QUICK) as server:
            yield server
    finally:
        _remove(folder)


@pytest.fixture(scope="session")
def postgres_url(postgres: EmbeddedServer) -> str:
    """SQLAlchemy's URL of the shared server's maintenance database: use it to create others, store nothing there."""
    return postgres.url


@pytest.fixture(scope="session")
def migrated_template(postgres_url: str) -> str:
    """The name of a database that has every migration and no data."""

    async def build() -> None:
        await prepare(await databases.create(postgres_url, TEMPLATE))

    anyio.run(build)
    return TEMPLATE


@pytest.fixture
async def database_url(postgres_url: str, migrated_template: str) -> AsyncIterator[str]:
    """SQLAlchemy's URL of a migrated database that only this test uses."""
    async with databases.lent(postgres_url, migrated_template) as url:
        yield url


@pytest.fixture
async def empty_database_url(postgres_url: str) -> AsyncIterator[str]:
    """SQLAlchemy's URL of a database with nothing in it."""
    async with databases.lent(postgres_url) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh, migrated database of this test's own."""
    opened = Database(database_url)
    yield opened
    await opened.dispose()


def _remove(folder: Path) -> None:
    """Remove a home, also while the last processes of a killed server still write in it."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)
    shutil.rmtree(folder)

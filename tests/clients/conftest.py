from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import anyio
import pytest

from scheduling.store.database import Database
from tests import databases
from tests.clients.village import DEMO, REAL_YEAR, Settled, Village, Whole, settings_of, settle
from tests.real_year import NEEDED


@dataclass(frozen=True)
class Original:
    """A database with a whole program, which nobody is connected to, and what holds in its copies."""

    name: str
    settled: Settled


@dataclass(frozen=True)
class Originals:
    """Each program is imported once, when the first test asks for it."""

    postgres_url: str
    migrated: str
    made: dict[str, Original] = field(default_factory=dict)

    async def make(self, whole: Whole) -> Original:
        name = f"original_{whole.slug.replace('-', '_')}"
        database = Database(await databases.create(self.postgres_url, name, self.migrated))
        try:
            return Original(name, await settle(database, whole))
        finally:
            await database.dispose()

    def of(self, whole: Whole) -> Original:
        if whole.slug not in self.made:
            self.made[whole.slug] = anyio.run(self.make, whole)
        return self.made[whole.slug]


@pytest.fixture(scope="session")
def originals(postgres_url: str, migrated_template: str) -> Originals:
    return Originals(postgres_url, migrated_template)


@pytest.fixture(
    params=[
        pytest.param(DEMO, id="demo"),
        pytest.param(
            REAL_YEAR,
            id="real",
            marks=NEEDED,
        ),
    ]
)
def whole(request: pytest.FixtureRequest) -> Whole:
    found = request.param
    assert isinstance(found, Whole)
    return found


@pytest.fixture
def original(originals: Originals, whole: Whole) -> Original:
    return originals.of(whole)


@pytest.fixture
async def database_url(postgres_url: str, original: Original) -> AsyncIterator[str]:
    """A database of this test's own that holds the whole program."""
    async with databases.lent(postgres_url, original.name) as url:
        yield url


@pytest.fixture
def village(database: Database, whole: Whole, original: Original) -> Village:
    return Village(database, settings_of(whole), dict(original.settled.issued), whole, original.settled.plan)


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    """Both protocol eras."""
    return str(request.param)


@pytest.fixture(params=["http", "stdio"])
def transport(request: pytest.FixtureRequest) -> str:
    return str(request.param)

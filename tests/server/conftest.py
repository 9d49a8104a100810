from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from scheduling.store.database import Database
from tests.server.sample import Town, free_port, listening, settings_for, settle


@pytest.fixture
async def town(database: Database) -> Town:
    """Two programs and one account for every role."""
    return await settle(database, settings_for(free_port()))


@pytest.fixture
async def url(town: Town) -> AsyncIterator[str]:
    """The town's server, listening on HTTP."""
    async with listening(town) as base:
        yield base


@pytest.fixture(params=["auto", "legacy"])
def era(request: pytest.FixtureRequest) -> str:
    """Both protocol eras: 2026-07-28 without a handshake, and the older one with it."""
    return str(request.param)

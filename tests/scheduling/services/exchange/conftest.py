from __future__ import annotations

import pytest

from scheduling.store.database import Database
from tests.scheduling.services.publishing.small_house import SmallHouse


@pytest.fixture
async def house(database: Database) -> SmallHouse:
    built = SmallHouse(database)
    await built.build()
    return built

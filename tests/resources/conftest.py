from __future__ import annotations

import pytest

from scheduling.store.database import Database
from tests.program_sample import Sample, settle


@pytest.fixture
async def sample(database: Database) -> Sample:
    """The small program of tests/program_sample.py."""
    return await settle(database)

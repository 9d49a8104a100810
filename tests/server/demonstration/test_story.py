from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from scheduling.store.database import open_database
from server.app import House
from server.demonstration.story import tell
from server.settings import read_settings


@pytest.mark.timeout(300)
async def test_the_demonstration_solves_publishes_covers_and_takes_back(home: Path) -> None:
    """Every step holds, with a worker process of its own, and the reader sees the proof."""
    told = io.StringIO()
    async with open_database(home=home) as database:
        house = House(database, replace(read_settings({}), home=home))
        await tell(house, Console(file=told, width=160), size="usual", seed=1)
    text = told.getvalue()
    for step in range(1, 8):
        assert f"{step}. " in text
    assert "safety: nothing is broken, so no schedule does better: proved" in text
    assert "half-days filled" in text
    assert "published in" in text
    assert "the schedule is the one before, slot for slot" in text

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.run import Snapshot
from scheduling.store.database import Database
from scheduling.store.snapshots import KEPT
from tests.run_house import SHORT, SLUG, RunHouse, settle_runs

NOW = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
FIRST = Snapshot("run-1", 1, "p" * 64, "calls", "safety", 7, (0, 1, -5, 2**40), NOW, NOW + dt.timedelta(hours=24))


@pytest.fixture
async def house(database: Database) -> RunHouse:
    found = await settle_runs(database, 2)
    async with found.unit() as unit:
        await unit.lock(SLUG)
        await unit.runs.add(SLUG, "run-1", SHORT, "a" * 64)
    return found


async def keep(house: RunHouse, *snapshots: Snapshot, key: bytes = KEY) -> None:
    for snapshot in snapshots:
        async with house.unit() as unit:
            await unit.snapshots.add(snapshot, key)


async def latest(house: RunHouse, *keys: bytes, now: dt.datetime = NOW) -> tuple[Snapshot | None, int]:
    async with house.unit() as unit:
        return await unit.snapshots.latest("run-1", keys or (KEY,), now)


async def test_the_newest_snapshot_comes_back_as_it_was(house: RunHouse) -> None:
    """Values and all; older ones than the last few are gone."""
    made = [replace(FIRST, objective=n, at=NOW + dt.timedelta(seconds=n)) for n in range(10, 0, -1)]
    await keep(house, *made)
    assert await latest(house) == (made[-1], 0)
    async with house.database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("select count(*) from run_snapshots")).scalar_one()
    assert rows == KEPT


@pytest.mark.parametrize(
    "damage",
    [
        "objective = objective - 1",
        "tier = 'training'",
        "phase = 'block'",
        "problem = repeat('q', 64)",
        "lease = 2",
        "at = at + interval '1 microsecond'",
        "until = until + interval '1 hour'",
        "packed = set_byte(packed, 4, get_byte(packed, 4) # 1)",
        "packed = ''",
        "seal = set_byte(seal, 0, get_byte(seal, 0) # 1)",
    ],
)
async def test_a_damaged_snapshot_is_refused_and_counted(house: RunHouse, damage: str) -> None:
    """Whatever of it was touched; the one before it is used instead."""
    newer = replace(FIRST, objective=3, at=NOW + dt.timedelta(seconds=1))
    await keep(house, FIRST, newer)
    await house.sql(f"update run_snapshots set {damage} where objective = 3")
    assert await latest(house) == (FIRST, 1)


async def test_another_key_verifies_nothing(house: RunHouse) -> None:
    """And any of several keys will do: keys are changed by adding a new one in front."""
    await keep(house, FIRST)
    assert await latest(house, OTHER) == (None, 1)
    assert await latest(house, OTHER, KEY) == (FIRST, 0)


async def test_a_snapshot_lives_a_day(house: RunHouse) -> None:
    """Then it is not used, and goes when the next one is written."""
    await keep(house, FIRST)
    tomorrow = NOW + dt.timedelta(hours=24)
    assert await latest(house, now=tomorrow) == (None, 0)
    later = replace(FIRST, at=tomorrow + dt.timedelta(seconds=1), until=tomorrow + dt.timedelta(hours=24))
    await keep(house, later)
    async with house.database.engine.connect() as connection:
        rows = (await connection.exec_driver_sql("select count(*) from run_snapshots")).scalar_one()
    assert rows == 1


async def test_a_database_makes_one_key_for_itself(house: RunHouse) -> None:
    """Everybody who asks gets the same one."""
    keys = set()
    for _ in range(3):
        async with house.unit() as unit:
            keys.add(await unit.snapshots.key())
    assert len(keys) == 1
    assert len(keys.pop()) == 32

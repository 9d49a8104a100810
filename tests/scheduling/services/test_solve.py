from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from scheduling.model.calendar import Calendar, days
from scheduling.model.errors import BusyError, InvalidError, NotFoundError
from scheduling.model.policy import Policy, shipped_policy
from scheduling.model.run import Frozen, RunRequest, RunState
from scheduling.services.solve import ask, stop_run, wait_for
from scheduling.store.database import Database
from tests.run_house import BLOCK, SHORT, SLUG, RunHouse, settle_runs

WINDOW = Calendar().block(BLOCK).window


@pytest.fixture
async def house(database: Database) -> RunHouse:
    return await settle_runs(database, 3)


async def end(house: RunHouse, run: str, state: RunState, versions: dict[str, str] | None = None) -> None:
    async with house.unit() as unit:
        claimed = await unit.runs.claim(run)
    assert claimed is not None
    async with house.unit() as unit:
        await unit.runs.finish(run, claimed.lease, state, {"versions": versions or {}})


async def adopt(house: RunHouse, **figures: int) -> None:
    policy = shipped_policy().model_dump()
    changed = Policy.model_validate({**policy, "solve": {**policy["solve"], **figures}})
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.policies.adopt(SLUG, WINDOW.start - days(600), changed)


async def test_the_same_request_is_the_same_run(house: RunHouse) -> None:
    """While it waits, while it runs, and once it has succeeded."""
    first = await ask(house.unit, SLUG, SHORT)
    again = await ask(house.unit, SLUG, SHORT)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.run.id == first.run.id
    await end(house, first.run.id, RunState.SUCCEEDED)
    assert (await ask(house.unit, SLUG, SHORT)).run.id == first.run.id


@pytest.mark.parametrize(
    "other",
    [
        replace(SHORT, seed=1),
        replace(SHORT, effort=31.0),
        replace(SHORT, number=6),
        replace(SHORT, number=None),
        replace(SHORT, objective="strict"),
        replace(SHORT, deterministic=False),
        replace(SHORT, freeze=(Frozen(WINDOW.start, WINDOW.start),)),
    ],
)
async def test_any_other_request_is_another_run(house: RunHouse, other: RunRequest) -> None:
    """Whatever of it differs."""
    first = (await ask(house.unit, SLUG, SHORT)).run
    assert (await ask(house.unit, SLUG, other)).run.id != first.id


async def test_the_same_request_on_other_facts_is_another_run(house: RunHouse) -> None:
    """An absence was recorded in between."""
    first = (await ask(house.unit, SLUG, SHORT)).run
    await house.sql("update programs set facts = facts + 1")
    assert (await ask(house.unit, SLUG, SHORT)).run.id != first.id


@pytest.mark.parametrize("state", [RunState.FAILED, RunState.CANCELLED])
async def test_what_failed_or_was_cancelled_is_asked_anew(house: RunHouse, state: RunState) -> None:
    """Nobody is answered with somebody's interruption."""
    first = (await ask(house.unit, SLUG, SHORT)).run
    await end(house, first.id, state)
    assert (await ask(house.unit, SLUG, SHORT)).run.id != first.id


async def test_a_run_that_is_not_reproducible_is_asked_anew(house: RunHouse) -> None:
    """Its next search may find something else."""
    loose = replace(SHORT, deterministic=False)
    first = (await ask(house.unit, SLUG, loose)).run
    await end(house, first.id, RunState.SUCCEEDED)
    assert (await ask(house.unit, SLUG, loose)).run.id != first.id


async def test_more_runs_at_once_than_the_policy_allows_are_refused(house: RunHouse) -> None:
    """Busy, until one of them ends; the same request is no further run."""
    most = shipped_policy().solve.runs_at_once
    for seed in range(most):
        await ask(house.unit, SLUG, replace(SHORT, seed=seed))
    with pytest.raises(BusyError, match=f"{most} runs"):
        await ask(house.unit, SLUG, replace(SHORT, seed=99))
    assert (await ask(house.unit, SLUG, SHORT)).repeated
    run = (await ask(house.unit, SLUG, SHORT)).run
    assert (await stop_run(house.unit, SLUG, run.id)).state is RunState.CANCELLED
    await ask(house.unit, SLUG, replace(SHORT, seed=99))


@pytest.mark.parametrize(
    ("request_", "field"),
    [
        (replace(SHORT, effort=301.0), "effort"),
        (replace(SHORT, effort=0.0), "effort"),
        (replace(SHORT, seed=-1), "seed"),
        (replace(SHORT, objective="cheap"), "objective"),
        (replace(SHORT, origin="plan:plan-1"), "from"),
        (replace(SHORT, origin="elsewhere"), "from"),
        (replace(SHORT, freeze=(Frozen(WINDOW.start - days(2), WINDOW.start - days(1)),)), "freeze"),
    ],
)
async def test_what_cannot_be_solved_is_refused_before_it_is_queued(
    house: RunHouse, request_: RunRequest, field: str
) -> None:
    """With the field at fault."""
    with pytest.raises(InvalidError) as caught:
        await ask(house.unit, SLUG, request_)
    assert caught.value.details["field"] == field
    async with house.unit() as unit:
        assert await unit.runs.listed(SLUG) == []


@pytest.mark.parametrize(
    "request_",
    [
        replace(SHORT, number=14),
        replace(SHORT, origin="version:abcdef1234"),
        replace(SHORT, origin="run:run-0"),
        replace(SHORT, freeze=(Frozen(WINDOW.start, WINDOW.start, "fac-99"),)),
    ],
)
async def test_what_is_not_there_is_not_found(house: RunHouse, request_: RunRequest) -> None:
    """Blocks, versions, runs and people."""
    with pytest.raises(NotFoundError):
        await ask(house.unit, SLUG, request_)


async def test_a_model_beyond_the_programs_limit_is_refused(house: RunHouse) -> None:
    """The size is policy."""
    await adopt(house, cells_max=100)
    with pytest.raises(InvalidError, match="limit of 100"):
        await ask(house.unit, SLUG, SHORT)


async def test_waiting_ends_with_patience(house: RunHouse) -> None:
    """Nobody is there to take the run up: it is answered as it stands, and each change is told once."""
    run = (await ask(house.unit, SLUG, SHORT)).run
    told = []

    async def watch(found: object) -> None:
        told.append(found)

    begun = dt.datetime.now(dt.UTC)
    assert (await wait_for(house.unit, SLUG, run.id, 0.5, watch)).state is RunState.QUEUED
    assert dt.datetime.now(dt.UTC) - begun < dt.timedelta(seconds=60)
    assert len(told) == 1

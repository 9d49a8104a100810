from __future__ import annotations

from collections.abc import Callable

import anyio
import pytest

from auth.run_shapes import RunShape
from scheduling.model.absence import Absence
from scheduling.model.calendar import Calendar, days
from scheduling.model.person import FacultyRole, Kind, Person
from scheduling.model.run import Frozen, RunRequest, RunState, Snapshot, StoredRun
from scheduling.services import carry_out_run
from scheduling.services.carry_out_run import NOTHING_NEW
from scheduling.services.solve import stop_run
from scheduling.services.sweep_runs import sweep
from scheduling.store.database import Database
from tests.run_house import BLOCK, PATIENCE, SLUG, YEAR, RunHouse, settle_runs, settle_short_handed

WINDOW = Calendar().block(BLOCK).window


@pytest.fixture
async def house(database: Database) -> RunHouse:
    return await settle_runs(database)


async def test_a_run_becomes_a_draft_with_its_proof(house: RunHouse) -> None:
    """Asked for by one process, solved by another, stored under the name of whoever asked; nothing goes live."""
    async with house.worker():
        run = await house.end((await house.ask()).id)
    assert run.state is RunState.SUCCEEDED
    assert run.result is not None
    assert [tier["objective"] for tier in run.result["tiers"]] == [0, 0, 0, 0]
    assert run.result["findings"]["must"] == 0
    async with house.unit() as unit:
        (version,) = [await unit.versions.find(SLUG, v) for v in run.versions]
        content = (await unit.versions.load(SLUG, run.versions))[version.hash]
        live = (await unit.programs.state(SLUG)).live
    assert (version.origin, version.state, version.created_by) == ("solve", "draft", "coordinator-1")
    assert version.block.ref == BLOCK
    assert sum(c.activity == "CALL" for c in content) > 15
    assert live == {}


async def test_the_same_request_in_another_worker_is_the_same_schedule(house: RunHouse) -> None:
    """Versions are named by their content, so two searches that agree leave one version."""
    found = []
    for _ in range(2):
        run = await house.ask()
        async with house.worker():
            found.append(await house.end(run.id))
        await house.sql("update programs set facts = facts + 1")
    first, second = found
    assert first.id != second.id
    assert first.versions == second.versions
    assert first.result is not None
    assert second.result is not None
    assert first.result["solution"] == second.result["solution"]


async def test_what_cannot_be_had_ends_with_the_reason(house: RunHouse) -> None:
    """Everybody is away one night and the profile insists on a caller: the conflict in words, ways out, no schedule."""
    night = WINDOW.start + days(11)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        for n in range(12):
            await unit.absences.add(SLUG, Absence(f"abs-{n}", f"fac-{n:02d}", night, night))
    async with house.worker():
        run = await house.end((await house.ask(RunRequest(2026, 5, objective="strict"))).id)
        priced = await house.end((await house.ask(RunRequest(2026, 5, objective="standard"))).id)
    assert run.state is RunState.INFEASIBLE
    assert run.result is not None
    assert run.versions == ()
    assert any(night.isoformat() in condition["dates"] for condition in run.result["core"])
    assert "absent" in " ".join(condition["message"] for condition in run.result["core"])
    assert run.result["core_verified"]
    assert run.result["relaxations"]
    shape = RunShape.of_run(run)
    assert shape.core is not None
    assert shape.relaxations is not None
    # The standard profile prices the gap instead, shows it, and still says why.
    assert priced.state is RunState.SUCCEEDED
    assert priced.result is not None
    assert priced.result["gaps"] == [f"{night} NIGHT"]
    assert priced.result["core"]


async def test_a_block_of_many_sites_is_certified_afterwards(house: RunHouse) -> None:
    """Solved part by part it has score and proof at once; the proof of the whole as one follows in the background."""
    away = WINDOW.start + days(12)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(
            SLUG, *(Person(f"fac-{n}", Kind.FACULTY, FacultyRole.CORE, site="clinic 2") for n in range(12, 16))
        )
    async with house.worker():
        first = await house.end((await house.ask()).id)
        async with house.unit() as unit:
            await unit.lock(SLUG)
            await unit.absences.add(SLUG, Absence("a1", "fac-03", away, away))
        run = await house.end((await house.ask(RunRequest(2026, 5, f"version:{first.versions[0]}"))).id)
        await _until(house, run.id, lambda found: found.result is not None and "certificate" in found.result)
        found = await house.run(run.id)
    assert found.versions == run.versions
    assert found.result is not None
    assert run.result is not None
    assert run.result["status"] == "optimal"
    assert found.result["certificate"]["holds"]
    assert found.result["status"] == "optimal"
    assert all(tier["proved"] for tier in found.result["tiers"])


async def test_a_year_becomes_a_draft_for_every_block(house: RunHouse) -> None:
    """Weeks and calls of all of it, each block a version of its own."""
    async with house.worker():
        run = await house.end((await house.ask(RunRequest(2026, effort=3))).id)
    assert run.state is RunState.SUCCEEDED
    assert run.result is not None
    assert list(map(str, run.blocks)) == [f"2026/{n}" for n in range(14)]
    assert run.result["gaps"] == []


async def test_where_nothing_is_open_there_is_nothing_to_decide(house: RunHouse) -> None:
    """The run says so instead of storing an empty schedule."""
    async with house.worker():
        made = await house.end((await house.ask()).id)
        frozen = RunRequest(2026, 5, f"version:{made.versions[0]}", (Frozen(WINDOW.start, WINDOW.end),))
        run = await house.end((await house.ask(frozen)).id)
    assert run.state is RunState.SUCCEEDED
    assert run.result is not None
    assert run.versions == made.versions
    assert run.result["note"] == NOTHING_NEW


async def test_stopping_a_search_keeps_what_it_found(database: Database) -> None:
    """At once, which is measured elsewhere; the incumbent is a draft for every block, and is not called proved."""
    house = await settle_short_handed(database)
    async with house.worker():
        run = await house.ask(YEAR)
        await _until(house, run.id, lambda found: found.progress.get("incumbent") is not None)
        stopped = await stop_run(house.unit, SLUG, run.id, patience=PATIENCE)
    assert stopped.state is RunState.CANCELLED
    assert stopped.result is not None
    assert stopped.ended_at is not None
    assert stopped.result["status"] == "cancelled"
    assert len(stopped.versions) == 14
    assert not any(tier["proved"] for tier in stopped.result["tiers"])


async def test_a_worker_that_goes_down_gives_its_run_back(database: Database) -> None:
    """Another one begins it again from its seed, and the first costs it no try."""
    house = await settle_short_handed(database)
    async with house.worker():
        run = await house.ask(YEAR)
        await _until(house, run.id, lambda found: found.state is RunState.RUNNING)
    found = await house.run(run.id)
    assert (found.state, found.tries) == (RunState.QUEUED, 0)
    async with house.worker():
        await _until(house, run.id, lambda found: found.state is RunState.RUNNING)
        await stop_run(house.unit, SLUG, run.id)


async def test_a_run_is_given_back_whatever_its_worker_was_doing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Told to go down while it wrote a snapshot, it does not call the search it stopped itself cancelled."""
    keep = carry_out_run._snapshot
    writing = anyio.Event()

    async def slow(work: carry_out_run.Work, snapshot: Snapshot) -> None:
        await keep(work, snapshot)
        writing.set()
        await anyio.sleep(2)

    monkeypatch.setattr(carry_out_run, "_snapshot", slow)
    house = await settle_short_handed(database)
    async with house.worker():
        run = await house.ask(YEAR)
        with anyio.fail_after(PATIENCE):
            await writing.wait()
    found = await house.run(run.id)
    assert (found.state, found.tries, found.versions) == (RunState.QUEUED, 0, ())


async def test_a_worker_leaves_its_own_runs_to_itself(database: Database) -> None:
    """After an outage its sweep may come before its heartbeat: what it works on is not abandoned."""
    house = await settle_short_handed(database)
    async with house.worker():
        run = await house.ask(YEAR)
        await _until(house, run.id, lambda found: found.state is RunState.RUNNING)
        lease = (await house.run(run.id)).lease
    await house.sql("update runs set state = 'running', heartbeat = now() - interval '1 minute'")
    assert await sweep(house.open, frozenset({run.id})) == 0
    assert (await house.run(run.id)).state is RunState.RUNNING
    assert await sweep(house.open) == 1
    found = await house.run(run.id)
    assert found.state is RunState.QUEUED
    assert found.lease > lease


async def test_a_job_of_any_other_name_is_not_run(house: RunHouse, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A row in the queue names a task, never code."""
    mark = tmp_path_factory.mktemp("mark") / "made"
    await house.sql(
        "insert into jobs.procrastinate_jobs (queue_name, task_name, args) "
        f"""values ('solve', 'os.mkdir', '{{"path": "{mark}"}}'), ('solve', 'builtin.remove_old_jobs', '{{}}')"""
    )
    async with house.worker():
        await house.end((await house.ask()).id)
    async with house.database.engine.connect() as connection:
        told = await connection.exec_driver_sql("select task_name, status::text from jobs.procrastinate_jobs")
        states = {str(row["task_name"]): str(row["status"]) for row in told.mappings()}
    assert not mark.exists()
    assert states == {"os.mkdir": "failed", "builtin.remove_old_jobs": "failed"}


async def test_a_worker_is_seen_as_long_as_it_lives(house: RunHouse) -> None:
    """Whoever asks for a solve hears whether somebody will take it up."""
    async with house.unit() as unit:
        assert await unit.runs.jobs.workers() == 0
    async with house.worker():
        await _until_seen(house)
    async with house.unit() as unit:
        assert await unit.runs.jobs.workers() == 0


async def test_a_run_nobody_survives_fails_after_three_tries(house: RunHouse) -> None:
    """The sweep gives it out three times, then says what happened."""
    run = await house.ask()
    await house.sql("update runs set state = 'running', lease = 3, tries = 3, heartbeat = now() - interval '1 minute'")
    async with house.worker():
        found = await house.end(run.id)
    assert found.state is RunState.FAILED
    assert found.result is not None
    assert found.result["error"]["code"] == "crashed"
    assert "3 times" in found.result["error"]["message"]


async def _until(house: RunHouse, run: str, holds: Callable[[StoredRun], bool]) -> None:
    with anyio.fail_after(PATIENCE):
        while True:
            if holds(await house.run(run)):
                return
            await anyio.sleep(0.05)


async def _until_seen(house: RunHouse) -> None:
    with anyio.fail_after(PATIENCE):
        while True:
            async with house.unit() as unit:
                if await unit.runs.jobs.workers() == 1:
                    return
            await anyio.sleep(0.05)

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import anyio
import pytest

from server.settings import read_settings
from server.worker import Worker
from tests.edge_calls import CHIEF, COORDINATOR, RESIDENT, STAFF, call, facts, read
from tests.program_sample import Sample

BLOCK = "2026/6"


@contextlib.asynccontextmanager
async def working(sample: Sample) -> AsyncIterator[None]:
    leave = anyio.Event()
    worker = Worker(sample.database, read_settings({"DATABASE_URL": "postgresql://unused/x"}))
    async with anyio.create_task_group() as group:
        group.start_soon(worker.run, leave)
        try:
            with anyio.fail_after(30):
                while not await seen(sample):  # noqa: ASYNC110 - the database tells of no worker's coming
                    await anyio.sleep(0.1)
            yield
        finally:
            leave.set()


async def seen(sample: Sample) -> int:
    async with sample.unit() as unit:
        return await unit.runs.jobs.workers()


async def solved(sample: Sample, **more: Any) -> dict[str, Any]:
    run = await facts(sample, "solve_schedule", block=BLOCK, wait=40, **more)
    assert run["state"] == "succeeded", run
    return run


async def test_without_a_worker_a_solve_is_queued_and_says_so(sample: Sample) -> None:
    """At once, with what to do about it; asking again is the same run, and it can be cancelled."""
    run = await facts(sample, "solve_schedule", block=BLOCK)
    assert (run["state"], run["progress"]["phase"]) == ("queued", "queued")
    assert run["result_versions"] == []
    assert "No worker is running" in run["note"]
    (look,) = run["next"]
    assert look["tool"] == "get_run"
    again = await facts(sample, "solve_schedule", block=BLOCK)
    assert (again["run"], again["repeated"]) == (run["run"], True)
    stopped = await facts(sample, "cancel_run", run=run["run"])
    assert stopped["state"] == "cancelled"
    assert (await facts(sample, "cancel_run", run=run["run"]))["state"] == "cancelled"
    assert (await facts(sample, "get_run", STAFF, run=run["run"]))["state"] == "cancelled"


async def test_a_finished_result_comes_with_its_proof(sample: Sample) -> None:
    """Within the seconds waited for: draft versions, every tier in words, findings, and the next call."""
    async with working(sample):
        run = await solved(sample)
        again = await facts(sample, "solve_schedule", block=BLOCK)
        assert (again["run"], again["state"]) == (run["run"], "succeeded")
        (stage,) = run["next"]
        assert stage["arguments"]["versions"] == run["result_versions"]
        staged = await facts(sample, "stage_publish", **{k: v for k, v in stage["arguments"].items() if k != "program"})
        assert staged["stage"].startswith("stg-")
        live = await facts(sample, "validate_schedule", block=BLOCK)
        made = await facts(sample, "validate_schedule", block=BLOCK, target=f"run:{run['run']}")
    assert run["of"] == f"block {BLOCK}"
    assert [tier["tier"] for tier in run["tiers"]] == ["safety", "training", "operations", "preference"]
    assert run["blocks"] == [BLOCK]
    assert made["counts"]["must"] <= live["counts"]["must"]
    body = await read(sample, "run", id=run["run"])
    assert body["request"]["number"] == 6
    assert body["curve"]
    assert len(body["solution"]) == 64
    assert body["made_by"] == COORDINATOR.principal.account


async def test_a_run_that_made_nothing_is_no_target(sample: Sample) -> None:
    """Nor is one that nobody knows."""
    run = await facts(sample, "solve_schedule", block=BLOCK)
    refused = await call(sample, "validate_schedule", block=BLOCK, target=f"run:{run['run']}")
    assert refused.facts["code"] == "invalid"
    assert (await call(sample, "get_run", run="run-0")).facts["code"] == "not_found"
    assert (await call(sample, "cancel_run", run="run-0")).facts["code"] == "not_found"


async def test_whoever_may_propose_may_solve(sample: Sample) -> None:
    """Chiefs may; residents and staff may only look."""
    run = await facts(sample, "solve_schedule", CHIEF, block=BLOCK)
    for who in (RESIDENT, STAFF):
        assert (await call(sample, "solve_schedule", who, block=BLOCK)).facts["code"] == "forbidden"
        assert (await call(sample, "cancel_run", who, run=run["run"])).facts["code"] == "forbidden"
        assert (await facts(sample, "get_run", who, run=run["run"]))["run"] == run["run"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "block"),
        ({"block": BLOCK, "year": 2026}, "block"),
        ({"block": "6"}, "block"),
        ({"block": BLOCK, "seed": -1}, "seed"),
        ({"block": BLOCK, "effort": 0}, "effort"),
        ({"block": BLOCK, "from": "x" * 90}, "from"),
        ({"block": BLOCK, "freeze": [{"start": "2026-11-20"}]}, "freeze.0.end"),
        ({"block": BLOCK, "from_": "live"}, "from_"),
    ],
)
async def test_wrong_arguments_are_named_as_they_are_written(sample: Sample, wrong: dict[str, Any], field: str) -> None:
    """`from` is no name in Python, but it is the caller's."""
    answer = await call(sample, "solve_schedule", **wrong)
    assert answer.facts["code"] == "invalid"
    assert answer.facts["field"] == field
    if field == "from_":
        assert "from" in answer.facts["valid"]


async def test_progress_is_told_while_the_caller_waits(sample: Sample) -> None:
    """Seconds that only grow, and a sentence with tier, cost and bound."""
    told: list[tuple[float, str]] = []

    async def hear(done: float, total: float | None = None, message: str | None = None) -> None:
        assert total is None
        told.append((done, message or ""))

    who = replace(COORDINATOR, progress=hear)
    async with working(sample):
        run = await facts(sample, "solve_schedule", who, year=2026, reopen="weeks", wait=50, effort=2)
        if run["state"] == "running":
            run = await facts(sample, "get_run", who, run=run["run"], wait=50)
    assert run["state"] == "succeeded"
    assert told
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert any("cost" in message and "bound" in message for _, message in told)

from __future__ import annotations

import random
import subprocess
import sys
import time

import anyio
import pytest
from anyio import to_thread
from sqlalchemy import text

from scheduling.model.calendar import days
from scheduling.model.proposal import PlanState
from scheduling.services.cascade import Offer
from scheduling.services.revert import revert_override
from scheduling.store.database import Database
from tests.program_sample import MONDAY, SLUG, Sample, settle
from tests.scheduling.services.cover import best, everything, overlay

SERVER = """
import datetime as dt, sys, anyio
from scheduling.services.apply_plan import ApplyRequest, apply_plan
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

async def main():
    url, slug, plan, digest = sys.argv[1:]
    database = Database(url)
    def unit():
        context = AuditContext("director", "test", "apply_plan", "", slug, dt.datetime.now(dt.UTC))
        return UnitOfWork(database, context)
    async with unit() as ready:
        await ready.programs.state(slug)
    print("ready", flush=True)
    await anyio.to_thread.run_sync(sys.stdin.readline)
    await apply_plan(unit, slug, ApplyRequest(plan, digest, "admin"))
    print("applied", flush=True)

anyio.run(main)
"""


@pytest.mark.timeout(1800)
async def test_a_killed_server_has_applied_a_plan_wholly_or_not_at_all(database: Database, full_counts: bool) -> None:
    """kill -9 at random moments of applying: every override, the plan's state, the overlay and the audit row, or none."""
    sample = await settle(database)
    untouched = await everything(sample)
    chance = random.Random(4)
    duration = await whole_run(sample)
    outcomes = {True: 0, False: 0}
    for number in range(100 if full_counts else 8):
        offer = await best(
            sample, "fac-05", "fac-06", start=MONDAY + days(number % 5), end=MONDAY + days(number % 5 + 6)
        )
        before = await overlay(sample)
        audited = await audit_rows(database)
        told = await to_thread.run_sync(killed, database.url, offer, chance.uniform(0, duration * 1.3))
        applied = await standing(sample, offer)
        assert applied in (0, len(offer.plan.overrides()))
        assert applied or not told, "the server said it had applied the plan"
        whole = bool(applied)
        outcomes[whole] += 1
        async with sample.unit() as unit:
            state = (await unit.plans.get(SLUG, offer.stored.id)).state
            events = [e for e in await unit.outbox.latest(limit=10_000) if e.kind == "plan.applied"]
        assert state is (PlanState.APPLIED if whole else PlanState.PROPOSED)
        assert await overlay(sample) == before + whole
        assert await audit_rows(database) == audited + whole
        assert [e.payload["plan"] for e in events].count(offer.stored.id) == whole
        if whole:
            await revert_override(sample.unit, SLUG, plan=offer.stored.id)
        assert await everything(sample) == untouched
    if full_counts:
        assert min(outcomes.values()) >= 10, f"the kills all fell on one side: {outcomes}"


async def whole_run(sample: Sample) -> float:
    """Seconds that an undisturbed server needs to apply a plan."""
    offer = await best(sample, "fac-05", "fac-06", end=MONDAY + days(6))
    server = await to_thread.run_sync(started, sample.database.url, offer)
    assert server.stdin is not None
    assert server.stdout is not None
    begun = time.monotonic()
    server.stdin.write("go\n")
    server.stdin.flush()
    assert await to_thread.run_sync(server.stdout.readline) == "applied\n"
    lasted = time.monotonic() - begun
    server.kill()
    await to_thread.run_sync(server.communicate)
    await revert_override(sample.unit, SLUG, plan=offer.stored.id)
    return lasted


def started(url: str, offer: Offer) -> subprocess.Popen[str]:
    """A server that has read the program and waits for the word to apply the plan."""
    command = [sys.executable, "-c", SERVER, url, SLUG, offer.stored.id, offer.stored.digest]
    server = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None
    assert server.stdout.readline() == "ready\n"
    return server


def killed(url: str, offer: Offer, after: float) -> bool:
    """Let a server apply the plan and kill it; whether it had said that it was done."""
    server = started(url, offer)
    assert server.stdin is not None
    server.stdin.write("go\n")
    server.stdin.flush()
    time.sleep(after)
    server.kill()
    said, _ = server.communicate(timeout=60)
    return "applied" in said


async def standing(sample: Sample, offer: Offer) -> int:
    """How many of the plan's overrides are active, once whatever the dead server began has ended."""
    async with sample.unit() as unit:
        with anyio.fail_after(60):
            await unit.lock(SLUG)
        return sum(r.active for r in await unit.overrides.of_plan(SLUG, offer.stored.id))


async def audit_rows(database: Database) -> int:
    """Rows of applying in the audit trail."""
    async with database.session() as session:
        found = await session.execute(text("select count(*) from audit where tool = 'apply_plan'"))
        return int(found.scalar_one())

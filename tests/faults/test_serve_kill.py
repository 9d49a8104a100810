"""`housestaff serve` on its embedded PostgreSQL, asked over HTTP to apply plans while one of the two is killed."""

from __future__ import annotations

import datetime as dt
import os
import random
import re
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import DEVNULL
from typing import Any

import anyio
import httpx2
import pytest
from anyio.abc import Process
from anyio.streams.text import TextReceiveStream
from mcp.client.client import Client
from mcp.shared.exceptions import MCPError
from sqlalchemy import text

from auth import accounts, tokens
from auth.roles import Role
from scheduling.model.calendar import days
from scheduling.model.proposal import PlanState
from scheduling.services.cascade import Offer
from scheduling.store.audit import verify
from scheduling.store.database import open_database
from tests.clients.asking import use
from tests.clients.village import connected
from tests.faults.test_database_kills import end_server
from tests.program_sample import MONDAY, SLUG, Sample, settle
from tests.scheduling.services.cover import best, everything, overlay

ROOT = Path(__file__).parents[2]
PATIENCE = 60
CUT_OFF = (MCPError, httpx2.HTTPError, RuntimeError, anyio.ClosedResourceError, anyio.BrokenResourceError)


@dataclass
class Served:
    """`housestaff serve` as a process of its own, started again when it is dead, and who asks it."""

    home: Path
    secret: str
    process: Process | None = None
    url: str = ""

    async def start(self) -> None:
        """Make sure that it runs."""
        if self.process is not None and self.process.returncode is None:
            return
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
        command = [sys.executable, "-m", "server", "serve", "--port", "0", "--no-worker"]
        env = {**kept, "HOUSESTAFF_HOME": str(self.home)}
        self.process = await anyio.open_process(command, env=env, cwd=ROOT, stderr=DEVNULL, stdin=DEVNULL)
        self.url = await address(self.process)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()

    async def wait(self) -> None:
        assert self.process is not None
        await self.process.wait()

    def client(self) -> AbstractAsyncContextManager[Client]:
        return connected(self.url, self.secret, "auto")


@dataclass(frozen=True)
class Facts:
    """What a plan has left in the database."""

    active: tuple[str, ...]
    state: PlanState
    overlay: int
    events: int
    kept: int
    audited: int


@asynccontextmanager
async def serving(home: Path, secret: str) -> AsyncIterator[Served]:
    """A server that runs, and does not outlive the test."""
    served = Served(home, secret)
    try:
        await served.start()
        yield served
    finally:
        if served.process is not None:
            with anyio.CancelScope(shield=True):
                if served.process.returncode is None:
                    served.kill()
                await served.process.aclose()


async def address(process: Process) -> str:
    assert process.stdout is not None
    printed = ""
    with anyio.fail_after(PATIENCE):
        async for said in TextReceiveStream(process.stdout):
            printed += said
            if found := re.search(r"serves (http://\S+)/mcp", printed):
                return found[1]
    raise AssertionError(f"the server did not start: {printed}")


async def administrator(sample: Sample) -> str:
    """A token that may apply plans."""
    async with sample.database.session() as session:
        await accounts.add(session, "admin", Role.ADMIN, SLUG)
        issued = await tokens.issue(session, "admin", now=dt.datetime.now(dt.UTC))
        await session.commit()
    return issued.secret


def request(offer: Offer) -> dict[str, str]:
    return {"plan": offer.stored.id, "digest": offer.stored.digest, "idempotency_key": f"key-{offer.stored.id}"}


async def disturbed(served: Served, offer: Offer, kill: Callable[[], None], after: float) -> Mapping[str, Any] | None:
    """Ask for the plan to be applied and kill; the answer, None where there was none or it was that something broke."""
    answer: Mapping[str, Any] | None = None

    async def strike() -> None:
        await anyio.sleep(after)
        kill()

    try:
        async with served.client() as client, anyio.create_task_group() as group:
            group.start_soon(strike)
            with anyio.move_on_after(PATIENCE):
                result = await client.call_tool("apply_plan", request(offer))
                answer = None if result.is_error else result.structured_content
    except* CUT_OFF:
        pass
    return answer


async def facts(sample: Sample, offer: Offer) -> Facts:
    """What stands once whatever the dead server began has ended."""
    plan = offer.stored.id
    async with sample.unit() as unit:
        with anyio.fail_after(PATIENCE):
            await unit.lock(SLUG)
        active = tuple(r.override.id for r in await unit.overrides.of_plan(SLUG, plan) if r.active)
        state = (await unit.plans.get(SLUG, plan)).state
        events = [e for e in await unit.outbox.latest(limit=10_000) if e.kind == "plan.applied"]
    async with sample.database.session() as session:
        kept = await session.scalar(text("select count(*) from idempotency where key = :k"), {"k": f"key-{plan}"})
        audited = await session.scalar(text("select count(*) from audit where tool = 'apply_plan' and outcome = 'ok'"))
    told = [e.payload["plan"] for e in events].count(plan)
    return Facts(active, state, await overlay(sample), told, kept or 0, audited or 0)


async def whole_or_nothing(sample: Sample, offer: Offer, before: Facts) -> bool:
    """Whether the plan stands; everything it leaves is there, or nothing of it."""
    found = await facts(sample, offer)
    whole = bool(found.active)
    assert len(found.active) == (len(offer.plan.overrides()) if whole else 0)
    assert found == Facts(
        found.active,
        PlanState.APPLIED if whole else PlanState.PROPOSED,
        before.overlay + whole,
        before.events + whole,
        before.kept + whole,
        before.audited + whole,
    )
    return whole


async def asked_again(client: Client, sample: Sample, offer: Offer, told: Mapping[str, Any] | None) -> None:
    """The same call under the same key gives one result, however often, and it is the one that was given before."""
    before = await facts(sample, offer)
    first = await use(client, "apply_plan", **request(offer))
    second = await use(client, "apply_plan", **request(offer))
    for name in ("overrides", "slots"):
        assert first[name] == second[name] == (told or first)[name]
    assert ("note" in first) == bool(before.active)
    after = await facts(sample, offer)
    assert set(after.active) == {o["id"] for o in first["overrides"]}
    assert before.active in ((), after.active)
    assert (after.state, after.events, after.kept) == (PlanState.APPLIED, 1, 1)
    assert after.overlay == before.overlay + (not before.active)


async def undisturbed(served: Served, sample: Sample) -> float:
    """Seconds a server that has done it before needs to apply a plan."""
    lasted = 0.0
    for number in (0, 1):
        offer = await planned(sample, number)
        async with served.client() as client:
            begun = anyio.current_time()
            await use(client, "apply_plan", **request(offer))
            lasted = anyio.current_time() - begun
            await use(client, "revert_override", plan=offer.stored.id)
    return lasted


async def planned(sample: Sample, number: int) -> Offer:
    first = MONDAY + days(number % 5)
    return await best(sample, "fac-05", "fac-06", start=first, end=first + days(6))


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("victim", "full", "few"), [("server", 100, 3), ("database", 25, 2)])
async def test_a_plan_is_applied_wholly_or_not_at_all_whoever_is_killed(
    home: Path, full_counts: bool, victim: str, full: int, few: int
) -> None:
    """What was answered stands; what was not stands wholly or not at all; asked again, the result is one."""
    chance = random.Random(11)
    outcomes: Counter[str] = Counter()
    rounds = full if full_counts else few
    async with open_database(home=home) as database:
        sample = await settle(database)
        untouched = await everything(sample)
        async with serving(home, await administrator(sample)) as served:
            duration = await undisturbed(served, sample)
            kill = served.kill if victim == "server" else lambda: end_server(home)
            for number in range(rounds):
                offer = await planned(sample, number)
                before = await facts(sample, offer)
                told = await disturbed(served, offer, kill, chance.uniform(0, duration * 1.2))
                if victim == "server":
                    await served.wait()
                whole = await whole_or_nothing(sample, offer, before)
                assert whole or told is None, "the server said it had applied the plan"
                outcomes["answered" if told else "applied" if whole else "nothing"] += 1
                await served.start()
                async with served.client() as client:
                    await asked_again(client, sample, offer, told)
                    assert (await use(client, "revert_override", plan=offer.stored.id))["reverted"]
                assert await everything(sample) == untouched
        end_server(home)
        assert await everything(sample) == untouched
        assert await overlay(sample) == 2 * (rounds + 2)
        async with database.session() as session:
            assert (await verify(session, SLUG)).broken is None
    sys.stdout.write(f"{victim} killed {rounds} times within {duration * 1.2:.3f} s of the call: {dict(outcomes)}\n")
    if full_counts and victim == "server":
        assert outcomes["nothing"] >= 10
        assert outcomes["applied"] + outcomes["answered"] >= 10

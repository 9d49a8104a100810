from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from anyio import to_thread
from sqlalchemy import text

from scheduling.model.notice import Receiver
from scheduling.services.notify.deliver import deliver_once
from scheduling.services.notify.prefer import prefer
from scheduling.services.notify.settings import DeliverySettings
from scheduling.services.publish import PUBLISHED
from scheduling.services.rollback import ROLLED_BACK
from scheduling.store.database import Database, open_database
from tests.faults.test_database_kills import kill_server
from tests.scheduling.services.publishing.small_house import NEXT, REF, SLUG, SmallHouse, block_content

TURNS = {ref: {block_content(ref, first=n).digest: n for n in range(6)} for ref in (REF, NEXT)}
DELIVERY = DeliverySettings(private_webhooks=True, attempts=1000)

PUBLISHER = """
import datetime as dt, pathlib, random, sys, anyio
from scheduling.model.errors import UserError
from scheduling.services.publish import publish
from scheduling.services.publish_gates import Consent
from scheduling.services.rollback import rollback
from scheduling.services.stage import stage_publish
from scheduling.store.database import open_database
from tests.scheduling.services.publishing.small_house import NEXT, REF, SLUG, SmallHouse, block_content

async def turn(house, chance):
    house.now = dt.datetime.now(dt.UTC)
    live = await house.live()
    schedules = [[block_content(ref, first=n) for ref in (REF, NEXT)] for n in range(6)]
    chosen = chance.choice([s for s in schedules if s[0].digest != live])
    drafts = [await house.draft(s) for s in chosen]
    staged = await stage_publish(house.opener(tool="stage"), SLUG, drafts)
    consent = Consent("admin", frozenset(f.id for f in staged.flags))
    await publish(house.opener(tool="publish"), SLUG, staged.id, staged.digest, consent)
    if chance.random() < 0.5:
        async with house.unit(tool="rollback") as unit:
            await rollback(unit, SLUG, drafts[0], "chance")

async def main():
    async with open_database(home=pathlib.Path(sys.argv[1])) as database:
        house, chance = SmallHouse(database, tick=dt.timedelta(microseconds=1)), random.Random(int(sys.argv[2]))
        await house.live()
        print("ready", flush=True)
        while True:
            try:
                await turn(house, chance)
            except UserError as error:
                print(error.code, flush=True)

anyio.run(main)
"""

WORKER = """
import pathlib, sys, anyio
from scheduling.services.notify.deliver import deliver_once
from scheduling.store.database import open_database
from tests.faults.test_publish_kill import DELIVERY

async def main():
    async with open_database(home=pathlib.Path(sys.argv[1])) as database:
        await deliver_once(database, DELIVERY)
        print("ready", flush=True)
        while True:
            await deliver_once(database, DELIVERY)

anyio.run(main)
"""


class Hook:
    """A webhook's receiver that counts the keys it is told of."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        keys = self.keys

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                keys.update(event["key"] for event in body["events"])
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.mark.timeout(3600)
async def test_no_kill_leaves_half_a_publication_or_loses_a_notice(home: Path, hook: Hook, full_counts: bool) -> None:
    """kill -9 of publisher, worker and PostgreSQL at random moments of stage, publish, rollback and delivery.

    Both blocks are always of one publication, every act has its one event, every event reaches everybody it concerns,
    and nobody's list has one twice.
    """
    chance = random.Random(10)
    async with open_database(home=home) as database:
        house = SmallHouse(database)
        await house.build()
        async with house.unit() as unit:
            await prefer(unit, SLUG, Receiver("@watch", webhook=hook.url, follows=True), private=True)
    for number in range(200 if full_counts else 5):
        await to_thread.run_sync(disturb, home, number, chance)
        async with open_database(home=home) as database:
            await whole(SmallHouse(database))
    async with open_database(home=home) as database:
        later = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)  # what dead workers hold is free again by then
        while not (await deliver_once(database, DELIVERY, lambda: later)).idle:
            pass
        await told(SmallHouse(database), hook)


def disturb(home: Path, number: int, chance: random.Random) -> None:
    """Let a publisher and a worker run for a moment, then kill one of the three, and in the end whatever is left."""
    with running(PUBLISHER, home, number) as publisher, running(WORKER, home, number) as worker:
        time.sleep(chance.uniform(0, 1.5))
        victim = chance.choice(["publisher", "worker", "server", "server"])
        if victim == "server":
            kill_server(home)
        else:
            (publisher if victim == "publisher" else worker).kill()
        time.sleep(chance.uniform(0, 0.7))


@contextmanager
def running(script: str, home: Path, number: int) -> Iterator[subprocess.Popen[str]]:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(home), str(number)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
        cwd=Path(__file__).parents[2],
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=60)


async def whole(house: SmallHouse) -> None:
    """Both blocks stand at the same publication; acts, events and audit rows agree in number."""
    turns = [TURNS[ref][await house.live(ref) or ""] for ref in (REF, NEXT)]
    assert turns[0] == turns[1]
    counts = await counted(house.database)
    assert counts["publish rows"] == 2 * counts["publish acts"]
    assert counts["rollback rows"] == 2 * counts["rollback acts"]
    assert counts["publish acts"] == counts["publish events"] == counts["publish audits"] == counts["published stages"]
    assert counts["rollback acts"] == counts["rollback events"] == counts["rollback audits"]


async def counted(database: Database) -> dict[str, int]:
    queries = {
        **{f"{m} rows": f"select count(*) from publications where move = '{m}'" for m in ("publish", "rollback")},
        **{
            f"{m} acts": f"select count(distinct at) from publications where move = '{m}'"
            for m in ("publish", "rollback")
        },
        "publish events": f"select count(*) from outbox where kind = '{PUBLISHED}'",
        "rollback events": f"select count(*) from outbox where kind = '{ROLLED_BACK}'",
        "publish audits": "select count(*) from audit where tool = 'publish' and outcome = 'ok'",
        "rollback audits": "select count(*) from audit where tool = 'rollback' and outcome = 'ok'",
        "published stages": "select count(*) from stages where state = 'published'",
    }
    async with database.session() as session:
        return {name: int((await session.execute(text(query))).scalar_one()) for name, query in queries.items()}


async def told(house: SmallHouse, hook: Hook) -> None:
    """Every event is over, on the list of everybody it names exactly once, and was posted to who follows."""
    async with house.unit() as unit:
        events = await unit.outbox.latest(limit=100_000)
        assert not await unit.outbox.dead()
        assert not await unit.notices.dead()
    assert len(events) > 3
    async with house.database.session() as session:
        rows = (await session.execute(text("select receiver, dedupe_key from notices"))).all()
    assert Counter((r.receiver, r.dedupe_key) for r in rows) == Counter(
        (person, event.dedupe_key) for event in events for person in (*event.payload["people"], "@watch")
    )
    assert set(hook.keys) == {event.dedupe_key for event in events}

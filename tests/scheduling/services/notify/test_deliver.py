from __future__ import annotations

import contextlib
import datetime as dt
import hashlib
import hmac
import json
import socket
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import anyio
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import Envelope

from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.notice import Notice, Receiver
from scheduling.services.notify import run_delivery as delivery
from scheduling.services.notify.deliver import Delivered, deliver_once
from scheduling.services.notify.prefer import prefer
from scheduling.services.notify.run_delivery import run_delivery
from scheduling.services.notify.settings import DeliverySettings, Mailbox
from scheduling.store.database import Database
from tests.scheduling.services.publishing.small_house import SLUG, SmallHouse


def free_port() -> int:
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


class Post:
    """A mail server that keeps what it gets; `answer` is what it says to a message."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, _server: object, _session: object, envelope: Envelope) -> str:  # noqa: N802 - its name there
        if self.answer.startswith("250"):
            assert isinstance(envelope.content, bytes)
            self.mails.append(message_from_bytes(envelope.content))
        return self.answer


def started(handler: Post) -> Controller:
    """The mail server, listening; somebody may take its port in between, so another is tried."""
    for _ in range(5):
        controller = Controller(handler, hostname="127.0.0.1", port=free_port())
        with contextlib.suppress(OSError):
            controller.start()
            return controller
    raise OSError("no port was left")


@pytest.fixture
def post() -> Iterator[tuple[Post, Mailbox]]:
    handler = Post()
    controller = started(handler)
    try:
        yield handler, Mailbox("127.0.0.1", controller.port, "housestaff@clinic.example")
    finally:
        controller.stop()


class Hook:
    """A webhook's receiver: requests it got, and the status it answers."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.status = 204
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                hook.got.append((dict(self.headers), body))
                self.send_response(hook.status)
                self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?x=1"


@pytest.fixture
def hook() -> Iterator[Hook]:
    made = Hook()
    thread = threading.Thread(target=made.server.serve_forever, daemon=True)
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


@pytest.fixture
async def house(database: Database) -> SmallHouse:
    built = SmallHouse(database)
    await built.build()
    return built


async def happens(house: SmallHouse, key: str = "k1", **payload: Any) -> None:
    async with house.unit() as unit:
        await unit.lock(SLUG)
        facts = payload or {"absence": "abs-1", "person": "fac-01", "start": "2026-03-01", "end": "2026-03-02"}
        unit.emit("absence.recorded", facts, key, program=SLUG)


async def wants(house: SmallHouse, receiver: Receiver) -> Receiver:
    async with house.unit() as unit:
        return await prefer(unit, SLUG, receiver, private=True)


async def deliver(house: SmallHouse, settings: DeliverySettings | None = None) -> Delivered:
    house.now += dt.timedelta(seconds=1)
    return await deliver_once(house.database, settings or DeliverySettings(), lambda: house.now)


async def inbox(house: SmallHouse, receiver: str = "fac-01") -> list[Notice]:
    async with house.unit() as unit:
        return list(await unit.notices.listed(SLUG, receiver))


async def test_an_event_is_on_the_list_of_whom_it_concerns_once(house: SmallHouse) -> None:
    """Also when the same thing is said twice, and when delivery runs again."""
    for _ in range(2):
        await happens(house)
        await deliver(house)
    assert [n.dedupe_key for n in await inbox(house)] == ["k1"]
    assert await inbox(house, "fac-02") == []
    assert (await deliver(house)).idle


async def test_mail_arrives_with_a_message_id_of_its_dedupe_key(house: SmallHouse, post: tuple[Post, Mailbox]) -> None:
    """Plain text and HTML, auto-generated, to the person's own address."""
    handler, box = post
    await wants(house, Receiver("fac-01", email="one@clinic.example"))
    await happens(house)

    assert await deliver(house, DeliverySettings(mail=box)) == Delivered(events=1, sent=1)

    (mail,) = handler.mails
    assert (mail["To"], mail["Auto-Submitted"]) == ("one@clinic.example", "auto-generated")
    assert mail["Message-ID"] == f"<{hashlib.sha256(b'small/fac-01/k1').hexdigest()[:32]}@housestaff>"
    assert [part.get_content_type() for part in mail.walk()][1:] == ["text/plain", "text/html"]


async def test_a_mail_server_that_is_busy_is_tried_again_later_each_time(
    house: SmallHouse, post: tuple[Post, Mailbox]
) -> None:
    """30 seconds, then a minute; when it takes the mail, that is the end of it."""
    handler, box = post
    handler.answer = "451 later"
    settings = DeliverySettings(mail=box)
    await wants(house, Receiver("fac-01", email="one@clinic.example"))
    await happens(house)
    assert await deliver(house, settings) == Delivered(events=1, postponed=1)
    assert (await deliver(house, settings)).idle
    house.now += dt.timedelta(seconds=30)
    assert await deliver(house, settings) == Delivered(postponed=1)
    house.now += dt.timedelta(seconds=31)
    assert (await deliver(house, settings)).idle
    handler.answer = "250 OK"
    house.now += dt.timedelta(seconds=30)
    assert await deliver(house, settings) == Delivered(sent=1)
    assert len(handler.mails) == 1


async def test_what_can_never_arrive_is_a_dead_letter(house: SmallHouse, post: tuple[Post, Mailbox]) -> None:
    """A final refusal at once; the list in the app has it all the same."""
    handler, box = post
    handler.answer = "550 no such user"
    await wants(house, Receiver("fac-01", email="one@clinic.example"))
    await happens(house)
    assert await deliver(house, DeliverySettings(mail=box)) == Delivered(events=1, dead=1)
    async with house.unit() as unit:
        assert await unit.notices.dead() == 1
    assert len(await inbox(house)) == 1


async def test_after_its_last_attempt_a_delivery_is_given_up(house: SmallHouse) -> None:
    """Without a mail server every attempt fails, and the number of attempts is finite."""
    settings = DeliverySettings(attempts=3)
    await wants(house, Receiver("fac-01", email="one@clinic.example"))
    await happens(house)
    rounds = [await deliver(house, settings)]
    for _ in range(3):
        house.now += dt.timedelta(hours=1)
        rounds.append(await deliver(house, settings))
    assert [(r.postponed, r.dead) for r in rounds] == [(1, 0), (1, 0), (0, 1), (0, 0)]


async def test_a_webhook_is_signed_stamped_and_recognisable(house: SmallHouse, hook: Hook) -> None:
    """Its receiver can prove who sent it and when, and knows a repetition by its key."""
    told = await wants(house, Receiver("fac-01", webhook=hook.url))
    await happens(house)

    assert await deliver(house, DeliverySettings(private_webhooks=True)) == Delivered(events=1, sent=1)

    headers, body = hook.got[0]
    stamp, mac = (part.partition("=")[2] for part in headers["Housestaff-Signature"].split(","))
    assert told.secret is not None
    assert hmac.new(told.secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest() == mac
    assert abs(int(stamp) - house.now.timestamp()) < 5
    event = json.loads(body)["events"][0]
    assert (event["key"], event["kind"], headers["Housestaff-Delivery"]) == (
        "k1",
        "absence.recorded",
        "small/fac-01/k1",
    )
    assert headers["Host"] == hook.url.split("/")[2]


@pytest.mark.parametrize(("status", "outcome"), [(500, "postponed"), (429, "postponed"), (404, "dead"), (302, "dead")])
async def test_a_webhooks_answer_decides(house: SmallHouse, hook: Hook, status: int, outcome: str) -> None:
    """Trouble on its side is retried, a refusal is final, and a redirect is never followed."""
    hook.status = status
    await wants(house, Receiver("fac-01", webhook=hook.url))
    await happens(house)
    done = await deliver(house, DeliverySettings(private_webhooks=True))
    assert getattr(done, outcome) == 1
    assert len(hook.got) == 1


async def test_a_webhook_inside_the_network_is_never_called(house: SmallHouse, hook: Hook) -> None:
    """Stored while private addresses were allowed, it still goes nowhere once they are not."""
    await wants(house, Receiver("fac-01", webhook=hook.url))
    await happens(house)
    assert (await deliver(house)).dead == 1
    assert hook.got == []


async def test_a_digest_is_one_message_a_day(house: SmallHouse, post: tuple[Post, Mailbox]) -> None:
    """Gathered until 18:00 of the program, then sent as one."""
    handler, box = post
    settings = DeliverySettings(mail=box)
    await wants(house, Receiver("fac-01", email="one@clinic.example", digest=True))
    for n in range(3):
        await happens(house, f"k{n}")
    assert await deliver(house, settings) == Delivered(events=3)
    house.now = dt.datetime(2026, 2, 15, 23, 0, 1, tzinfo=dt.UTC)
    assert await deliver(house, settings) == Delivered(sent=3)
    assert [m["Subject"] for m in handler.mails] == ["[small] 3 changes"]


async def test_many_workers_tell_and_send_everything_once(house: SmallHouse, hook: Hook) -> None:
    """Four at once over forty events: each is on the list once and posted once."""
    await wants(house, Receiver("fac-01", webhook=hook.url))
    for n in range(40):
        await happens(house, f"k{n}")

    async with anyio.create_task_group() as tasks:
        for _ in range(4):
            tasks.start_soon(deliver, house, DeliverySettings(private_webhooks=True, batch=7))
    while not (await deliver(house, DeliverySettings(private_webhooks=True))).idle:
        pass

    assert sorted(n.dedupe_key for n in await inbox(house)) == sorted(f"k{n}" for n in range(40))
    assert sorted(headers["Housestaff-Delivery"] for headers, _ in hook.got) == sorted(
        f"small/fac-01/k{n}" for n in range(40)
    )


async def test_the_worker_wakes_when_something_is_committed(house: SmallHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """No need to wait for the next look at the clock."""
    monkeypatch.setattr(delivery, "POLL", 600.0)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run_delivery, house.database, DeliverySettings())
        await anyio.sleep(0.5)
        house.now = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=5)
        await happens(house)
        with anyio.fail_after(60):
            while True:
                if told := await inbox(house):
                    break
                await anyio.sleep(0.05)
        tasks.cancel_scope.cancel()
    assert told


async def test_habits_are_checked_when_they_are_set(house: SmallHouse) -> None:
    """An address that cannot be one, and a person nobody knows; a webhook keeps its secret until it changes."""
    for bad in (
        Receiver("fac-01", email="a@b\r\nBcc: c@d.example"),
        Receiver("fac-01", webhook="https://u:p@x.example"),
    ):
        with pytest.raises(InvalidError):
            await wants(house, bad)
    with pytest.raises(NotFoundError):
        await wants(house, Receiver("fac-77"))
    first = await wants(house, Receiver("@coordinator", webhook="https://x.example/h", follows=True))
    again = await wants(house, Receiver("@coordinator", webhook="https://x.example/h"))
    moved = await wants(house, Receiver("@coordinator", webhook="https://y.example/h"))
    assert first.secret == again.secret != moved.secret

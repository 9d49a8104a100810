from __future__ import annotations

from collections.abc import AsyncIterator

import httpx2
import pytest
import vobject
from sqlalchemy import text

from scheduling.model.override import Override, OverrideType
from scheduling.services.feed import issue_feed, revoke_feeds
from scheduling.store.database import Database
from tests.scheduling.services.publishing.small_house import NIGHT, SLUG, SmallHouse
from tests.server.publishing_town import settle_town
from tests.server.sample import listening


@pytest.fixture
async def small(database: Database) -> SmallHouse:
    house = SmallHouse(database)
    await house.build()
    return house


@pytest.fixture
async def base(small: SmallHouse) -> AsyncIterator[str]:
    async with listening(await settle_town(small)) as url:
        yield url


async def issued(small: SmallHouse, person: str) -> str:
    async with small.unit() as unit:
        return await issue_feed(unit, SLUG, person)


async def get(url: str, mark: str | None = None) -> httpx2.Response:
    async with httpx2.AsyncClient(timeout=10) as http:
        return await http.get(url, headers={"If-None-Match": mark} if mark else {})


async def test_a_phone_follows_a_persons_calendar(small: SmallHouse, base: str) -> None:
    """The secret address gives that person's duties; the secret itself is stored nowhere."""
    caller = await small.on_call()
    secret = await issued(small, caller)

    answer = await get(f"{base}/feeds/{secret}.ics")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    calls = [e for e in vobject.readOne(answer.text).vevent_list if e.summary.value == "Overnight call"]
    assert NIGHT.date in {e.dtstart.value.date() for e in calls}
    async with small.database.session() as session:
        stored = (await session.execute(text("select encode(hash, 'hex') from feeds"))).scalars().all()
    assert secret not in str(stored)


async def test_an_unchanged_calendar_is_not_sent_again_and_a_changed_one_has_a_higher_sequence(
    small: SmallHouse, base: str
) -> None:
    """304 until something moves; then the same entry, cancelled, under the next sequence."""
    caller = await small.on_call()
    url = f"{base}/feeds/{await issued(small, caller)}.ics"
    first = await get(url)
    mark = first.headers["etag"]
    assert (await get(url, mark)).status_code == 304

    async with small.unit() as unit:
        await unit.lock(SLUG)
        gap = Override("ovr-1", caller, NIGHT, "CALL", OverrideType.GAP)
        await unit.overrides.add(SLUG, gap, reason="sick")
        await unit.programs.move_overlay(SLUG, 0)
    second = await get(url, mark)

    uid = f"{SLUG}.{caller}.{NIGHT.date:%Y%m%d}.night@housestaff"
    before, after = (
        next(e for e in vobject.readOne(a.text).vevent_list if e.uid.value == uid) for a in (first, second)
    )
    assert (before.status.value, after.status.value) == ("CONFIRMED", "CANCELLED")
    assert int(after.sequence.value) > int(before.sequence.value)


async def test_a_revoked_or_invented_secret_opens_nothing(small: SmallHouse, base: str) -> None:
    """Revoking closes every address of the person, and only theirs; all closed doors look alike."""
    mine, other = await issued(small, "fac-01"), await issued(small, "fac-02")
    async with small.unit() as unit:
        assert await revoke_feeds(unit, SLUG, "fac-01") == 1
    closed = await get(f"{base}/feeds/{mine}.ics")
    invented = await get(f"{base}/feeds/{'x' * 43}.ics")
    long = await get(f"{base}/feeds/{'x' * 5000}.ics")

    assert {a.status_code for a in (closed, invented, long)} == {404}
    assert closed.text == invented.text == long.text
    assert (await get(f"{base}/feeds/{other}.ics")).status_code == 200

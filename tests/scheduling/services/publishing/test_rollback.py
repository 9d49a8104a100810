from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.errors import ConflictError, InvalidError, StaleError
from scheduling.model.lifecycle import VersionState
from scheduling.model.version import BlockSchedule
from scheduling.services.publish import publish
from scheduling.services.publish_gates import Consent
from scheduling.services.rollback import ROLLED_BACK, RolledBack, rollback
from scheduling.services.stage import stage_publish
from tests.scheduling.services.publishing.small_house import NEXT, REF, SLUG, SmallHouse, block_content


async def go_live(house: SmallHouse, *schedules: BlockSchedule) -> list[str]:
    drafts = [await house.draft(s) for s in schedules]
    staged = await stage_publish(house.opener(), SLUG, drafts)
    consent = Consent("admin", frozenset(f.id for f in staged.flags))
    await publish(house.opener(tool="publish"), SLUG, staged.id, staged.digest, consent)
    return drafts


async def undo(house: SmallHouse, version: str, reason: str = "wrong block") -> RolledBack:
    async with house.unit(tool="rollback") as unit:
        return await rollback(unit, SLUG, version, reason)


async def test_a_rollback_restores_exactly_what_was(house: SmallHouse) -> None:
    """The earlier version is live again by its hash; the one undone is marked; an event tells of it."""
    before = await house.live()
    (new,) = await go_live(house, block_content(REF, first=1))

    done = await undo(house, new)

    assert done.versions == {REF: before} == {REF: await house.live()}
    async with house.unit() as unit:
        assert (await unit.versions.find(SLUG, new)).state is VersionState.ROLLED_BACK
    async with house.unit() as unit:
        assert [e.kind for e in await unit.outbox.claim() if e.kind == ROLLED_BACK] == [ROLLED_BACK]


async def test_rolling_back_twice_does_nothing_more(house: SmallHouse) -> None:
    """A retry after a lost answer gets that answer."""
    before = await house.live()
    (new,) = await go_live(house, block_content(REF, first=1))
    await undo(house, new)

    again = await undo(house, new)

    assert (again.versions, again.repeated) == ({REF: before}, True)
    async with house.unit() as unit:
        assert len(await unit.versions.publications(SLUG, REF)) == 3


async def test_every_block_published_together_is_rolled_back_together(house: SmallHouse) -> None:
    """Naming one version of a publication undoes all of it."""
    before = {ref: await house.live(ref) for ref in (REF, NEXT)}
    first, _ = await go_live(house, block_content(REF, first=1), block_content(NEXT, first=1))

    assert (await undo(house, first)).versions == before
    assert {ref: await house.live(ref) for ref in (REF, NEXT)} == before


async def test_something_newer_on_top_refuses_and_is_named(house: SmallHouse) -> None:
    """Also when it stands on another block of the same publication; nothing moves."""
    first, second = await go_live(house, block_content(REF, first=1), block_content(NEXT, first=1))
    (newer,) = await go_live(house, block_content(NEXT, first=2))

    for version in (first, second):
        with pytest.raises(ConflictError, match=f"in block 2025/11 version {newer[:12]} stands on top") as caught:
            await undo(house, version)
        assert caught.value.details["live"] == newer
    assert await house.live(REF) == first


async def test_publications_are_undone_newest_first(house: SmallHouse) -> None:
    """After the newer one is rolled back, the older can be."""
    before = await house.live()
    (first,) = await go_live(house, block_content(REF, first=1))
    (second,) = await go_live(house, block_content(REF, first=2))

    await undo(house, second)
    assert await house.live() == first
    await undo(house, first)
    assert await house.live() == before


async def test_the_same_version_can_go_live_and_be_rolled_back_again(house: SmallHouse) -> None:
    """A rolled-back version is still a version: staged and published anew, it is undone anew."""
    before = await house.live()
    (new,) = await go_live(house, block_content(REF, first=1))
    await undo(house, new)
    await go_live(house, block_content(REF, first=1))
    assert await house.live() == new

    assert (await undo(house, new)).repeated is False
    assert await house.live() == before


async def test_after_its_window_a_rollback_is_stale(house: SmallHouse) -> None:
    """24 hours by default; the hint says how to go back all the same."""
    (new,) = await go_live(house, block_content(REF, first=1))
    house.now += dt.timedelta(hours=25)
    with pytest.raises(StaleError, match="rollback window closed") as caught:
        await undo(house, new)
    assert "stage the earlier version" in caught.value.hint


async def test_what_no_stage_published_is_not_rolled_back(house: SmallHouse) -> None:
    """An import is not undone by this, and a draft was never live; a reason is needed."""
    live = await house.live()
    with pytest.raises(InvalidError, match="by import"):
        await undo(house, live or "")
    with pytest.raises(InvalidError, match="not live in block 2025/10"):
        await undo(house, await house.draft(block_content(REF, first=1)))
    with pytest.raises(InvalidError, match="reason"):
        await undo(house, live or "", "  ")

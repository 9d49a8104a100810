from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.model.lifecycle import Version, VersionState
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.services.draft import Edit, Exchange, Give, Put, discard_draft, edit_draft, restore_draft
from tests.scheduling.services.publishing.small_house import NIGHT, REF, SLUG, SmallHouse, block_content


async def edited(house: SmallHouse, *edits: Edit, base: str = "2025/10") -> Version:
    async with house.unit() as unit:
        return await edit_draft(unit, SLUG, base, edits)


async def cells(house: SmallHouse, version: str) -> dict[tuple[str, Slot], tuple[str, Source]]:
    async with house.unit() as unit:
        content = (await unit.versions.load(SLUG, [version]))[version]
    return {(c.person, c.slot): (c.activity, c.source) for c in content}


async def test_an_edited_cell_is_manual_and_everything_else_stays(house: SmallHouse) -> None:
    """A draft is a version of its own with the live one as parent; the live one does not move."""
    live = await house.live()
    morning = Slot(NIGHT.date, Part.AM)

    draft = await edited(house, Put("pgy1-01", morning, "ADM"))

    assert (draft.state, draft.origin, draft.parent) == (VersionState.DRAFT, "edit", live)
    before, after = await cells(house, live or ""), await cells(house, draft.hash)
    assert after.pop(("pgy1-01", morning)) == ("ADM", Source.MANUAL)
    before.pop(("pgy1-01", morning))
    assert after == before
    assert await house.live() == live


async def test_a_duty_is_given_away_or_exchanged(house: SmallHouse) -> None:
    """Giving needs an open slot on the other side; exchanging changes places."""
    caller, other = await house.on_call(), await house.off_call()
    given = await cells(house, (await edited(house, Give(caller, NIGHT, other))).hash)
    assert (caller, NIGHT) not in given
    assert given[other, NIGHT] == ("CALL", Source.MANUAL)

    back = await edited(
        house, Exchange(caller, NIGHT, other), base=(await edited(house, Give(caller, NIGHT, other))).hash
    )
    assert (await cells(house, back.hash))[caller, NIGHT] == ("CALL", Source.MANUAL)


async def test_the_first_edit_that_cannot_be_made_is_named_by_its_number(house: SmallHouse) -> None:
    """Nothing of the list is done then."""
    caller, other = await house.on_call(), await house.off_call()
    outside = Slot(dt.date(2026, 1, 1), Part.AM)
    fine = Put("pgy1-01", NIGHT, None)
    wrong: list[tuple[Edit, str]] = [
        (Put("pgy1-01", outside, "ADM"), "lies outside block 2025/10"),
        (Put("pgy9-09", NIGHT, "ADM"), "person pgy9-09 is not known"),
        (Put("pgy1-01", NIGHT, "ADMM"), "activity ADMM is not known; nearest: ADM"),
        (Put(caller, NIGHT, None, was="C", checked=True), f"{caller} holds CALL"),
        (Give(other, NIGHT, caller), f"{other} holds nothing"),
        (Give(caller, Slot(NIGHT.date, Part.AM), other), "holds GME"),
        (Exchange("pgy1-01", NIGHT, other), "hold the same"),
    ]
    for edit, message in wrong:
        with pytest.raises(InvalidError, match=rf"^edits.2: .*{message}"):
            await edited(house, fine, edit)
    with pytest.raises(NotFoundError):
        await edited(house, fine, base="2025/12")


async def test_edits_that_change_nothing_make_no_version(house: SmallHouse) -> None:
    """The base is the answer."""
    caller = await house.on_call()
    assert (await edited(house, Put(caller, NIGHT, "CALL"))).hash == await house.live()


async def test_drafts_are_discarded_and_restored(house: SmallHouse) -> None:
    """A discarded draft can be made a draft again; what is live can be neither."""
    draft = await house.draft(block_content(REF, first=1))
    live = await house.live() or ""
    for _ in range(2):
        async with house.unit() as unit:
            assert (await discard_draft(unit, SLUG, draft)).state is VersionState.DISCARDED
    async with house.unit() as unit:
        assert (await restore_draft(unit, SLUG, draft)).state is VersionState.DRAFT
    with pytest.raises(ConflictError, match="only drafts are discarded"):
        async with house.unit() as unit:
            await discard_draft(unit, SLUG, live)
    with pytest.raises(ConflictError, match="is live"):
        async with house.unit() as unit:
            await restore_draft(unit, SLUG, live)

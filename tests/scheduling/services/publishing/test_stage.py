from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.model.guard import Verdict
from scheduling.model.lifecycle import Move, VersionState
from scheduling.model.override import Override, OverrideType
from scheduling.model.part import Part, Slot
from scheduling.model.rebase import Fate
from scheduling.model.stage import Settles, StoredStage, unpack_changes
from scheduling.services.stage import stage_publish
from tests.scheduling.services.publishing.small_house import (
    BLOCK,
    NEXT,
    NIGHT,
    REF,
    SLUG,
    SmallHouse,
    block_content,
    content,
)


async def stage(house: SmallHouse, *versions: str) -> StoredStage:
    return await stage_publish(house.opener(), SLUG, versions)


async def test_a_stage_says_exactly_what_would_change(house: SmallHouse) -> None:
    """One night moved: one cell opens, one is filled, by the effective schedule, and nothing goes live."""
    before = await house.on_call()
    taker = await house.off_call()
    version = await house.draft(await house.changed({before: None, taker: "CALL"}))
    live = await house.live()

    staged = await stage(house, version)

    changes = unpack_changes(staged.changes or ())
    assert {(c.person, c.slot, c.was, c.to) for c in changes} == {
        (before, NIGHT, "CALL", None),
        (taker, NIGHT, None, "CALL"),
    }
    assert staged.versions == {REF: version}
    assert staged.base == {REF: live} == {REF: await house.live()}
    assert set(staged.body["people"]) == {before, taker}
    assert staged.id == f"stg-{staged.digest[:12]}"
    async with house.unit() as unit:
        assert (await unit.versions.find(SLUG, version)).state is VersionState.STAGED
        assert (await unit.stages.get(SLUG, staged.id, changes=True)).changes == staged.changes


async def test_a_new_must_violation_is_a_flag_with_the_findings_name(house: SmallHouse) -> None:
    """A second caller on one night is new, a must, and can be acknowledged by its id."""
    other = await house.off_call()
    version = await house.draft(await house.changed({other: "CALL"}))

    staged = await stage(house, version)

    flag = next(f for f in staged.flags if f.id.startswith("prog.one_caller"))
    assert flag.settled_by is Settles.ACKNOWLEDGING
    assert flag.id in {f["id"] for f in staged.body["new"]}


async def test_a_finding_that_stood_before_is_no_flag(house: SmallHouse) -> None:
    """Only what publishing would add is asked about; what it mends is listed as resolved."""
    other = await house.off_call()
    broken = await house.draft(await house.changed({other: "CALL"}))
    async with house.unit() as unit:
        await unit.lock(SLUG)
        live = (await unit.programs.state(SLUG)).live[REF].hash
        await unit.versions.move(SLUG, REF, expected=live, to=broken, why=Move.IMPORT)

    staged = await stage(house, live)

    assert not [f for f in staged.flags if f.id.startswith("prog.one_caller")]
    assert any(f["id"].startswith("prog.one_caller") for f in staged.body["resolved"])


async def test_too_much_change_is_rejected_with_every_cause(house: SmallHouse) -> None:
    """Everybody's half-days turned into something else: churn, rigidity, each person, and the people are counted."""
    held = {(c.person, c.slot): "ADM" if c.activity in ("GME", "ELEC") else c.activity for c in block_content(REF)}
    staged = await stage(house, await house.draft(content(BLOCK, held)))

    assert staged.verdict is Verdict.REJECT
    assert {c["measure"] for c in staged.body["causes"]} == {"churn", "rigidity", "person_churn"}


async def test_changes_in_the_past_or_a_locked_window_need_the_glass_broken(house: SmallHouse) -> None:
    """The closed dates are named, and the flag says that only break-glass settles it."""
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.pin(SLUG, NIGHT.date + dt.timedelta(days=1))
    caller = await house.on_call()
    version = await house.draft(await house.changed({caller: None}))

    staged = await stage(house, version)

    assert staged.body["closed"] == {NIGHT.date.isoformat(): "past"}
    assert [f.settled_by for f in staged.flags if f.id.startswith("closed:")] == [Settles.BREAKING_GLASS]


async def test_overrides_are_re_based_and_none_is_left_out(house: SmallHouse) -> None:
    """An override on an unchanged assignment is kept; one whose assignment is gone is a conflict and a flag."""
    caller = await house.on_call()
    kept_slot = Slot(dt.date(2026, 3, 16), Part.AM)
    roster = await house.roster()
    async with house.unit() as unit:
        await unit.lock(SLUG)
        activity = roster.at("pgy1-01", kept_slot) or ""
        for override in (
            Override("ovr-kept", "pgy1-01", kept_slot, activity, OverrideType.GAP),
            Override("ovr-lost", caller, NIGHT, "CALL", OverrideType.GAP),
        ):
            await unit.overrides.add(SLUG, override, reason="sick")
        await unit.programs.move_overlay(SLUG, 0)
    version = await house.draft(await house.changed({caller: "LV"}))

    staged = await stage(house, version)

    assert staged.overrides == {Fate.KEPT: ["ovr-kept"], Fate.MOVED: [], Fate.CONFLICT: ["ovr-lost"]}
    assert "override:ovr-lost" in {f.id for f in staged.flags}


async def test_blocks_are_staged_together(house: SmallHouse) -> None:
    """Several versions are one stage with one digest, in the order of their blocks."""
    drafts = [await house.draft(block_content(ref, first=1)) for ref in (NEXT, REF)]
    staged = await stage(house, *drafts)
    assert list(staged.versions) == [REF, NEXT]


async def test_what_cannot_be_published_is_refused(house: SmallHouse) -> None:
    """The live version, a discarded one, two of one block, none at all, and an unknown id."""
    live = await house.live()
    draft = await house.draft(block_content(REF, first=1))
    with pytest.raises(ConflictError, match="is live in block 2025/10"):
        await stage(house, live or "")
    with pytest.raises(InvalidError, match="two versions are of the same block"):
        await stage(house, draft, await house.draft(block_content(REF, first=2)))
    with pytest.raises(InvalidError, match="at least one"):
        await stage(house)
    with pytest.raises(NotFoundError):
        await stage(house, "0" * 64)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.versions.set_state(SLUG, draft, VersionState.DISCARDED)
    with pytest.raises(ConflictError, match="was discarded"):
        await stage(house, draft)


async def test_a_version_may_be_named_by_its_first_characters(house: SmallHouse) -> None:
    """Eight characters are enough for a person."""
    draft = await house.draft(block_content(REF, first=1))
    assert (await stage(house, draft[:10])).versions == {REF: draft}

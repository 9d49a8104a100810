from __future__ import annotations

import datetime as dt
from typing import Any

import anyio
import pytest
from sqlalchemy import select

from scheduling.model.absence import Absence
from scheduling.model.break_glass import BreakGlass
from scheduling.model.errors import (
    ConflictError,
    ForbiddenError,
    GuardRejectedError,
    InvalidError,
    StaleError,
    UserError,
)
from scheduling.model.lifecycle import VersionState
from scheduling.model.stage import StageState, StoredStage
from scheduling.services.publish import PUBLISHED, Published, publish
from scheduling.services.publish_gates import Consent
from scheduling.services.stage import stage_publish
from scheduling.store.audit import AuditRow
from tests.scheduling.services.publishing.small_house import (
    ADMIN,
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


async def moved_call(house: SmallHouse) -> StoredStage:
    """A stage that moves one night from its caller to somebody else."""
    cells = {await house.on_call(): None, await house.off_call(): "CALL"}
    return await stage(house, await house.draft(await house.changed(cells)))


def everything(staged: StoredStage, glass: BreakGlass | None = None) -> Consent:
    """Acknowledge whatever can be."""
    return Consent("admin", frozenset(f.id for f in staged.flags if f.settled_by == "acknowledge"), glass)


def listed(facts: object) -> Any:
    """JSON as it is."""
    return facts


async def commit(house: SmallHouse, staged: StoredStage, consent: Consent | None = None) -> Published:
    return await publish(house.opener(tool="publish"), SLUG, staged.id, staged.digest, consent or everything(staged))


async def test_publishing_makes_the_version_live_and_says_what_was(house: SmallHouse) -> None:
    """The pointer moves, the state follows, the previous version and the end of the rollback window are told."""
    staged = await moved_call(house)
    before = await house.live()

    done = await commit(house, staged)

    assert done.rollback_until == house.now + dt.timedelta(hours=24)
    assert done.versions == {REF: await house.live()} == staged.versions
    assert done.previous == {REF: before}
    assert sum(done.people.values()) == len(staged.changes or ())
    async with house.unit() as unit:
        assert (await unit.versions.find(SLUG, done.versions[REF])).state is VersionState.PUBLISHED


async def test_event_and_audit_row_stand_with_the_change(house: SmallHouse) -> None:
    """One event and one audit row, written in the transaction that moved the pointer."""
    staged = await moved_call(house)
    await commit(house, staged)

    async with house.unit() as unit:
        events = [e for e in await unit.outbox.claim() if e.kind == PUBLISHED]
    assert [e.dedupe_key for e in events] == [f"publish:{staged.id}"]
    assert set(events[0].payload["people"]) == set(staged.body["people"])
    async with house.database.session() as session:
        rows = (await session.scalars(select(AuditRow).where(AuditRow.tool == "publish"))).all()
    assert len(rows) == 1
    assert str(REF) in listed(rows[0].facts["changed"])["live"]


async def test_publishing_again_answers_the_same_and_does_nothing(house: SmallHouse) -> None:
    """A retry after a lost answer gets that answer."""
    staged = await moved_call(house)
    first = await commit(house, staged)
    again = await commit(house, staged)

    assert again.repeated
    assert (again.versions, again.previous, again.rollback_until) == (
        first.versions,
        first.previous,
        first.rollback_until,
    )
    async with house.unit() as unit:
        assert len(await unit.versions.publications(SLUG, REF)) == 2


async def test_blocks_published_together_go_live_together_or_not_at_all(house: SmallHouse) -> None:
    """When one block of a stage has moved, neither goes live."""
    drafts = [await house.draft(block_content(ref, first=1)) for ref in (REF, NEXT)]
    both = await stage(house, *drafts)
    await commit(house, await moved_call(house))
    before = (await house.live(REF), await house.live(NEXT))

    with pytest.raises(StaleError, match="another version went live in block 2025/10") as caught:
        await commit(house, both)

    assert caught.value.details["moved"] == {"2025/10": before[0]}
    assert (await house.live(REF), await house.live(NEXT)) == before


async def test_another_digest_is_stale(house: SmallHouse) -> None:
    """The digest says what the person looked at; another one is not that."""
    staged = await moved_call(house)
    with pytest.raises(StaleError, match="digest"):
        await publish(house.opener(), SLUG, staged.id, "0" * 64, everything(staged))


async def test_a_stage_is_stale_after_a_day(house: SmallHouse) -> None:
    """What was measured more than 24 hours ago is measured again."""
    staged = await moved_call(house)
    house.now += dt.timedelta(hours=25)
    with pytest.raises(StaleError, match="more than 24 h ago"):
        await commit(house, staged)


async def test_a_moved_overlay_is_stale(house: SmallHouse) -> None:
    """An override set since would be re-based unseen."""
    staged = await moved_call(house)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.move_overlay(SLUG, 0)
    with pytest.raises(StaleError, match="overrides were set or reverted"):
        await commit(house, staged)


async def test_a_fact_that_changes_nothing_lets_the_stage_pass(house: SmallHouse) -> None:
    """The stage is measured anew behind the scenes and its verdict is the same."""
    staged = await moved_call(house)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-far", "fac-06", dt.date(2026, 6, 1), dt.date(2026, 6, 2)))
    assert (await commit(house, staged)).versions == staged.versions


async def test_an_absence_recorded_meanwhile_stops_the_publication(house: SmallHouse) -> None:
    """The person who would take the night is away by now: the stage names the new flag instead of going through."""
    taker = await house.off_call()
    staged = await moved_call(house)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-near", taker, NIGHT.date, NIGHT.date))

    with pytest.raises(StaleError, match="people, absences or policy changed") as caught:
        await commit(house, staged)

    assert any("prog.call_absent" in str(flag) for flag in listed(caught.value.details["moved"])["flags"])


async def test_flags_have_to_be_acknowledged_by_name(house: SmallHouse) -> None:
    """Without it the refusal lists each; an acknowledgement of something else is refused too."""
    staged = await stage(house, await house.draft(await house.changed({await house.off_call(): "CALL"})))
    flag = next(f.id for f in staged.flags if f.id.startswith("prog.one_caller"))

    with pytest.raises(GuardRejectedError) as caught:
        await commit(house, staged, ADMIN)
    assert flag in {c["id"] for c in listed(caught.value.details["causes"])}
    with pytest.raises(InvalidError, match="no flags of this stage"):
        await commit(house, staged, Consent("admin", frozenset({"something"})))

    assert (await commit(house, staged)).versions == staged.versions


async def test_a_rejection_of_the_guard_cannot_be_acknowledged(house: SmallHouse) -> None:
    """Excess is refused with every cause, whoever asks and whatever they acknowledge."""
    held = {(c.person, c.slot): "ADM" if c.activity in ("GME", "ELEC") else c.activity for c in block_content(REF)}
    staged = await stage(house, await house.draft(content(BLOCK, held)))

    with pytest.raises(GuardRejectedError) as caught:
        await commit(house, staged)

    causes = {str(c["id"]).split(":")[1] for c in listed(caught.value.details["causes"])}
    assert causes == {"churn", "rigidity", "person_churn"}


async def test_closed_dates_open_with_break_glass_of_a_role_that_may(house: SmallHouse) -> None:
    """Without it forbidden, as coordinator forbidden, as administrator recorded with code and reason."""
    staged = await moved_call(house)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.pin(SLUG, NIGHT.date + dt.timedelta(days=1))
    staged = await stage(house, *staged.versions.values())
    glass = BreakGlass("data_correction", "the wrong person was recorded")

    with pytest.raises(ForbiddenError, match="closed to ordinary commits"):
        await commit(house, staged)
    with pytest.raises(ForbiddenError, match="coordinator may not break the glass"):
        await commit(house, staged, Consent("coordinator", everything(staged).acknowledged, glass))
    await commit(house, staged, everything(staged, glass))

    async with house.unit() as unit:
        (newest, *_) = await unit.versions.publications(SLUG, REF)
    assert newest.reason == "data_correction: the wrong person was recorded"


async def test_two_publishers_race_and_exactly_one_wins(house: SmallHouse) -> None:
    """The other one is told what moved."""
    drafts = [await house.draft(block_content(REF, first=n)) for n in (1, 2)]
    stages = [await stage(house, d) for d in drafts]
    outcomes: list[object] = []

    async def one(staged: StoredStage) -> None:
        try:
            outcomes.append(await commit(house, staged))
        except UserError as error:
            outcomes.append(error)

    for turn in range(5):
        del outcomes[:]
        async with anyio.create_task_group() as tasks:
            for staged in stages:
                tasks.start_soon(one, staged)
        winners = [o for o in outcomes if isinstance(o, Published)]
        losers = [o for o in outcomes if isinstance(o, StaleError)]
        assert (len(winners), len(losers)) == (1, 1), outcomes
        assert losers[0].details["moved"] == {"2025/10": await house.live()}
        drafts = [await house.draft(block_content(REF, first=n)) for n in (turn % 3 + 3, (turn + 1) % 3 + 3)]
        live = await house.live()
        stages = [await stage(house, d if d != live else await house.draft(block_content(REF))) for d in drafts]


async def test_fifty_readers_always_see_one_whole_version(house: SmallHouse) -> None:
    """While versions of two blocks go live together, nobody reads one block of each."""
    sets = [{ref: await house.draft(block_content(ref, first=n)) for ref in (REF, NEXT)} for n in (1, 2, 3)]
    async with house.unit() as unit:
        first = {ref: v.hash for ref, v in (await unit.programs.state(SLUG)).live.items()}
    whole = [first, *sets]
    seen: set[int] = set()
    done = anyio.Event()

    async def read() -> None:
        while not done.is_set():
            async with house.unit() as unit:
                roster = await unit.roster(SLUG, BLOCK.window, margin=20)
                assert dict(roster.versions) in whole
                seen.add(whole.index(dict(roster.versions)))
            await anyio.sleep(0.01)

    async with anyio.create_task_group() as tasks:
        for _ in range(50):
            tasks.start_soon(read)
        for versions in sets:
            await commit(house, await stage(house, *versions.values()))
            await anyio.sleep(0.05)
        done.set()
    assert seen >= {1, 2}


async def test_a_discarded_stage_is_a_conflict(house: SmallHouse) -> None:
    """Thrown away is not published."""
    staged = await moved_call(house)
    async with house.unit() as unit:
        await unit.lock(SLUG)
        await unit.stages.decide(SLUG, staged.id, StageState.DISCARDED)
    with pytest.raises(ConflictError, match="was discarded"):
        await commit(house, staged)

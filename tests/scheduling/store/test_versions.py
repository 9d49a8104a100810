from __future__ import annotations

import anyio
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from scheduling.model.errors import NotFoundError, StaleError
from scheduling.model.lifecycle import Move, VersionState
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.version import BlockSchedule, Cell
from tests.program_sample import BLOCK_FIVE, FIVE, MONDAY, SLUG, Sample, schedule_of


def variant(number: int) -> BlockSchedule:
    extra = Cell("fac-90", Slot(BLOCK_FIVE.start, Part.AM), f"{'C' if number % 2 else 'CV'}", Source.MANUAL)
    return BlockSchedule.of(BLOCK_FIVE, [*schedule_of(BLOCK_FIVE), extra])


async def stored(sample: Sample, schedule: BlockSchedule) -> str:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        made = await unit.versions.add(
            await unit.program(SLUG), schedule, origin="edit", parent=sample.versions[FIVE].hash
        )
    return made.hash


async def test_content_comes_back_as_it_was_and_stands_as_rows(sample: Sample) -> None:
    """Packed bytes and rows say the same: one row per person, date and part."""
    wanted = schedule_of(BLOCK_FIVE)
    async with sample.unit() as unit:
        loaded = (await unit.versions.load(SLUG, [wanted.digest]))[wanted.digest]
        found = await unit.versions.find(SLUG, wanted.digest[:10])
    assert list(loaded) == list(wanted)
    assert loaded.rotations == wanted.rotations
    assert found.state is VersionState.PUBLISHED
    assert found.partial
    async with sample.database.session() as session:
        rows = await session.execute(
            text(
                "select person, date, part, activity, source from cells join versions on versions.id = cells.version"
                " where hash = :h order by 1, 2, 3"
            ),
            {"h": wanted.digest},
        )
        cells = [(c.person, c.slot.date, int(c.slot.part), c.activity, c.source.value) for c in wanted]
        assert [tuple(r) for r in rows] == cells


async def test_the_same_content_is_the_same_version(sample: Sample) -> None:
    """Adding it again changes nothing, not even who made it."""
    known = sample.versions[FIVE]
    async with sample.unit("somebody-else") as unit:
        await unit.lock(SLUG)
        again = await unit.versions.add(await unit.program(SLUG), schedule_of(BLOCK_FIVE), origin="edit")
        assert len(await unit.versions.listed(SLUG, block=FIVE)) == 1
    assert (again.hash, again.created_by, again.origin) == (known.hash, "coord", "import")


async def test_stored_content_cannot_be_changed(sample: Sample) -> None:
    """The database itself refuses, for the bytes and for the rows."""
    for statement in ("update versions set packed = ''", "update cells set activity = 'C'"):
        async with sample.database.session() as session:
            with pytest.raises(DBAPIError, match="never changes"):
                await session.execute(text(statement))


async def test_a_live_pointer_moves_by_compare_and_swap(sample: Sample) -> None:
    """Only who knows what is live may replace it; every move is written down."""
    old, new = sample.versions[FIVE].hash, await stored(sample, variant(1))
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        moved = await unit.versions.move(SLUG, FIVE, expected=old, to=new, why=Move.PUBLISH)
        assert (moved.version, moved.previous) == (new, old)
        with pytest.raises(StaleError, match="2026/5"):
            await unit.versions.move(SLUG, FIVE, expected=old, to=new, why=Move.PUBLISH)
        with pytest.raises(StaleError):
            await unit.versions.move(SLUG, FIVE, expected=None, to=old, why=Move.PUBLISH)
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.versions.move(SLUG, FIVE, expected=new, to=old, why=Move.ROLLBACK, reason="wrong")
        await unit.versions.move(SLUG, FIVE, expected=old, to=None, why=Move.ROLLBACK)
    async with sample.unit() as unit:
        assert FIVE not in (await unit.programs.state(SLUG)).live
        history = await unit.versions.publications(SLUG, FIVE)
        assert [(p.version, p.previous) for p in history] == [(None, old), (old, new), (new, old), (old, None)]
        assert (await unit.versions.find(SLUG, new)).state is VersionState.ROLLED_BACK


async def test_two_publishers_race_and_one_wins(sample: Sample) -> None:
    """The other is told that what it stood on has moved."""
    old = sample.versions[FIVE].hash
    candidates = [await stored(sample, variant(n)) for n in (1, 2)]
    outcomes: list[str] = []

    async def publish(new: str) -> None:
        try:
            async with sample.unit() as unit:
                await unit.lock(SLUG)
                await unit.versions.move(SLUG, FIVE, expected=old, to=new, why=Move.PUBLISH)
            outcomes.append("published")
        except StaleError:
            outcomes.append("stale")

    async with anyio.create_task_group() as group:
        for candidate in candidates:
            group.start_soon(publish, candidate)
    assert sorted(outcomes) == ["published", "stale"]


async def test_an_unknown_version_is_not_found(sample: Sample) -> None:
    """By its whole hash, by a prefix, and as something to make live."""
    async with sample.unit() as unit:
        for name in ("0" * 64, "00000000", "x"):
            with pytest.raises(NotFoundError):
                await unit.versions.find(SLUG, name)
        with pytest.raises(NotFoundError):
            await unit.versions.load(SLUG, ["0" * 64])
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        with pytest.raises((NotFoundError, StaleError)):
            await unit.versions.move(SLUG, FIVE, expected=None, to="0" * 64, why=Move.PUBLISH)


async def test_a_person_the_program_does_not_know_cannot_stand_in_a_version(sample: Sample) -> None:
    """Nothing is stored of such content."""
    strange = BlockSchedule.of(BLOCK_FIVE, [Cell("fac-77", Slot(MONDAY, Part.AM), "C", Source.MANUAL)])
    with pytest.raises(Exception, match="fac-77"):
        await stored(sample, strange)
    async with sample.unit() as unit:
        assert len(await unit.versions.listed(SLUG, block=FIVE)) == 1

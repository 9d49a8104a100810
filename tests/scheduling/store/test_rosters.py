from __future__ import annotations

import datetime as dt
import random
import zlib
from dataclasses import replace

import numpy as np
import pytest
from sqlalchemy import text

from scheduling.model.absence import Absence
from scheduling.model.calendar import days
from scheduling.model.lifecycle import Move
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Kind, Person
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell
from scheduling.store.cache import Recent, cache_of
from scheduling.store.errors import StorageError
from scheduling.store.rosters import MARGIN
from tests.program_sample import BLOCK_FIVE, FIVE, MONDAY, PEOPLE, SIX, SLUG, VAS, Sample, override, schedule_of

WEEK = Window(MONDAY, MONDAY + days(6))


async def roster(sample: Sample, *, overlay: bool = True, margin: int = MARGIN) -> Roster:
    async with sample.unit() as unit:
        return await unit.roster(SLUG, WEEK, overlay=overlay, margin=margin)


async def test_people_come_back_as_they_were_saved(sample: Sample) -> None:
    """Every field of a person survives, credentials and limits included."""
    person = replace(
        PEOPLE[0],
        credentials=(VAS,),
        available_weekdays=(1, 2),
        avoid_call_weekdays=(2,),
        prefer_call_weekdays=(3,),
        supervisor="fac-02",
        site="north",
        limits_by_year={2026: {"C": replace(PEOPLE[0].limit("C", 2026), least=0, most=None)}},
    )
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, person)
    async with sample.unit() as unit:
        program = await unit.program(SLUG)
        assert await unit.people.get(SLUG, "fac-01") == person
    assert program.people == (person, *PEOPLE[1:])


async def test_a_block_is_read_in_at_most_five_queries_whatever_the_number_of_people(sample: Sample) -> None:
    """Cold: at most five. Again: one, which finds that nothing moved."""
    extra = [Person(f"fac-{n}", Kind.FACULTY) for n in range(100, 150)]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.people.save(SLUG, *extra)
        await unit.absences.add(SLUG, *(Absence(f"abs-{p.id}", p.id, MONDAY, MONDAY) for p in extra))
    with sample.counted() as cold:
        first = await roster(sample)
    with sample.counted() as warm:
        second = await roster(sample)
    assert len(first.program.people) == len(PEOPLE) + 50
    assert len(cold) <= 5
    assert len(warm) == 1
    assert second is first


async def test_a_roster_reaches_beyond_the_window_in_whole_blocks(sample: Sample) -> None:
    """Rules look back and ahead; days that no version covers are open and not known."""
    wide, narrow = await roster(sample), await roster(sample, margin=0)
    assert narrow.window == BLOCK_FIVE.window
    assert wide.window.start <= MONDAY - days(31)
    assert wide.window.end >= MONDAY + days(37)
    assert set(wide.versions) == {FIVE, SIX}
    assert wide.known.sum() == 56
    assert not wide.known[0]
    assert wide.recorded_calls == narrow.recorded_calls == Window(BLOCK_FIVE.start, dt.date(2026, 12, 16))


async def test_whatever_moves_is_seen_at_once(sample: Sample) -> None:
    """An override, an absence, a person, a publication: each makes another roster."""
    seen = [await roster(sample)]
    await sample.overridden(override("pgy1-01", MONDAY, Part.AM, "C"))
    seen.append(await roster(sample))
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-1", "fac-05", MONDAY, MONDAY))
    seen.append(await roster(sample))
    changed = BlockSchedule.of(BLOCK_FIVE, [c for c in schedule_of(BLOCK_FIVE) if c.activity != "GME"])
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        stored = await unit.versions.add(
            await unit.program(SLUG), changed, origin="edit", parent=sample.versions[FIVE].hash
        )
        old = sample.versions[FIVE].hash
        await unit.versions.move(SLUG, FIVE, expected=old, to=stored.hash, why=Move.PUBLISH)
    seen.append(await roster(sample))
    slot = Slot(MONDAY, Part.AM)
    assert [r.at("pgy1-01", slot) for r in seen] == ["C", None, None, None]
    assert [r.is_absent("fac-05", slot) for r in seen] == [False, False, True, True]
    assert [r.at("fac-06", slot) for r in seen] == ["GME", "GME", "GME", None]


async def test_what_is_rolled_back_is_never_remembered(sample: Sample) -> None:
    """A roster read behind an uncommitted change does not outlive it."""

    async def fail() -> None:
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            await unit.overrides.add(SLUG, override("pgy1-01", MONDAY, Part.AM, "C"), reason="test")
            await unit.programs.move_overlay(SLUG, 0)
            await unit.absences.add(SLUG, Absence("abs-1", "fac-05", MONDAY, MONDAY))
            inside = await unit.roster(SLUG, WEEK)
            assert inside.at("pgy1-01", Slot(MONDAY, Part.AM)) is None
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()
    await sample.overridden(override("pgy2-01", MONDAY, Part.AM, "C"))
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.programs.pin(SLUG, None)
    after = await roster(sample)
    assert after.at("pgy1-01", Slot(MONDAY, Part.AM)) == "C"
    assert after.at("pgy2-01", Slot(MONDAY, Part.AM)) is None
    assert not after.is_absent("fac-05", Slot(MONDAY, Part.AM))


async def test_a_version_may_stand_where_another_is_live(sample: Sample) -> None:
    """`at` shows a draft in place; the other blocks stay live."""
    draft = BlockSchedule.of(BLOCK_FIVE, [Cell("fac-08", Slot(MONDAY, Part.AM), "GME", Source.MANUAL)])
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        stored = await unit.versions.add(await unit.program(SLUG), draft, origin="edit")
    async with sample.unit() as unit:
        shown = await unit.roster(SLUG, WEEK, at={FIVE: stored.hash})
    assert shown.at("fac-08", Slot(MONDAY, Part.AM)) == "GME"
    assert shown.at("pgy1-01", Slot(MONDAY, Part.AM)) is None
    assert shown.versions[SIX] == sample.versions[SIX].hash
    assert (await roster(sample)).at("pgy1-01", Slot(MONDAY, Part.AM)) == "C"


async def test_a_tampered_version_is_refused(sample: Sample) -> None:
    """The stored bytes are hashed whenever they are loaded: whoever changes them is found out."""
    cache_of(sample.database).schedules = Recent(8)  # a process that has loaded nothing yet
    other = schedule_of(BLOCK_FIVE)
    bent = BlockSchedule.of(BLOCK_FIVE, [c for c in other if c.person != "fac-06"])
    async with sample.database.session() as session:
        await session.execute(text("alter table versions disable trigger versions_immutable"))
        packed = (await session.execute(text("select packed from versions where number = 5"))).scalar_one()
        await session.execute(
            text("update versions set packed = :p where number = 5"), {"p": packed[:-9] + b"tampered!"}
        )
        await session.commit()
    with pytest.raises(StorageError, match="damaged"):
        await roster(sample)
    async with sample.database.session() as session:
        await session.execute(text("update versions set packed = :p where number = 5"), {"p": zipped(bent)})
        await session.commit()
    with pytest.raises(StorageError, match="damaged"):
        await roster(sample)


def zipped(schedule: BlockSchedule) -> bytes:
    return zlib.compress(schedule.pack())


async def test_random_overrides_leave_the_base_as_it_was(sample: Sample) -> None:
    """Whatever is set, superseded and taken back: reading without the overlay is the base, and at the end all is as before."""
    before = await roster(sample)
    chance = random.Random(7)
    filled = [(p, s, c) for p, s, c in before.filled(WEEK) if c in {"C", "AT", "CALL", "GME"}]
    active: dict[tuple[str, Slot], Override] = {}
    for _ in range(60):
        person, slot, code = chance.choice(filled)
        known = active.pop((person, slot), None)
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            state = await unit.programs.state(SLUG)
            if known is not None:
                assert await unit.overrides.deactivate(SLUG, [known.id]) == [known]
            if known is None or chance.random() < 0.5:
                now = laid(before, active)
                free = [p.id for p in before.program.people if before.base_at(p.id, slot) is now[p.id, slot] is None]
                cover = chance.choice([None, None, chance.choice(free)])
                kind = OverrideType.COVERAGE if cover else chance.choice([OverrideType.GAP, OverrideType.CANCELLATION])
                made = override(person, slot.date, slot.part, code, cover, kind)
                await unit.overrides.add(SLUG, made, reason="test", supersedes=known.id if known else None)
                active[person, slot] = made
            await unit.programs.move_overlay(SLUG, state.overlay)
        base, effective = await roster(sample, overlay=False), await roster(sample)
        assert np.array_equal(base.cells, before.base)
        assert not effective.doubled
        assert {(p, s): effective.at(p, s) for p, s in laid(before, active)} == laid(before, active)
    assert {o.type for o in active.values()} == set(OverrideType)
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        state = await unit.programs.state(SLUG)
        await unit.overrides.deactivate(SLUG, [o.id for o in active.values()])
        await unit.programs.move_overlay(SLUG, state.overlay)
    after = await roster(sample)
    assert np.array_equal(after.cells, before.cells)
    assert after.versions == before.versions


def laid(base: Roster, active: dict[tuple[str, Slot], Override]) -> dict[tuple[str, Slot], str | None]:
    """The week's cells as plain reading of the overrides makes them."""
    slots = [Slot(date, part) for date in WEEK for part in Part]
    cells = {(p.id, slot): base.base_at(p.id, slot) for p in base.program.people for slot in slots}
    cells.update(dict.fromkeys(active))
    for made in active.values():
        if made.replacement:
            cells[made.replacement, made.slot] = made.activity
    return cells


def test_only_so_many_are_remembered() -> None:
    """The least recently used one goes."""
    recent: Recent[int] = Recent(2)
    recent.put("a", 1)
    recent.put("b", 2)
    assert recent.get("a") == 1
    recent.put("c", 3)
    assert [recent.get(k) for k in "abc"] == [1, None, 3]
    assert len(recent) == 2

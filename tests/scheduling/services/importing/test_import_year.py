"""Importing: everything or nothing, the same again changes nothing, and nobody's later work is overwritten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import Block, BlockRef, default_blocks
from scheduling.model.errors import ConflictError, InvalidError, NotFoundError
from scheduling.model.lifecycle import Move, VersionState
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.record import FmitWeek
from scheduling.model.version import BlockSchedule
from scheduling.services.importing.import_year import import_folder, import_year
from scheduling.services.importing.problems import ImportRefusedError
from scheduling.services.importing.report import EdgeKind, ImportReport, Outcome
from scheduling.services.importing.year_input import YearInput, with_ids
from scheduling.store.programs import State
from scheduling.store.unit import UnitOfWork

Begin = Callable[[], UnitOfWork]
SLUG = "sample"
NIGHT = dt.date(2026, 11, 17)  # a Tuesday of block 5


async def bring(begin: Begin, year: YearInput) -> ImportReport:
    async with begin() as unit:
        return await import_year(unit, year, SLUG, "America/New_York")


async def state_of(begin: Begin) -> State:
    async with begin() as unit:
        return await unit.programs.state(SLUG)


def with_other_caller(year: YearInput, night: dt.date = NIGHT) -> YearInput:
    """The same year with another caller in one night."""
    other = next(p.id for p in year.people if p.takes_call and p.id != year.calls[night])
    return replace(year, calls={**year.calls, night: other})


async def test_a_folder_is_imported_under_its_name_in_utc(begin: Begin, folder: Path) -> None:
    """Both defaults are stated; every block of the year is live, published and imported."""
    async with begin() as unit:
        report = await import_folder(unit, folder)
    assert (report.program, report.zone, report.zone_assumed) == ("sample", "UTC", True)
    assert report.outcome is Outcome.CREATED
    state = await state_of(begin)
    assert {str(ref): v.hash for ref, v in state.live.items()} == report.versions
    assert {b.ref for b in default_blocks(2026)} <= set(state.live)
    async with begin() as unit:
        version = await unit.versions.find(SLUG, report.versions["2026/5"])
        assert (version.state, version.origin, version.partial) == (VersionState.PUBLISHED, "import", True)
        assert [p.move for p in await unit.versions.publications(SLUG, block=BlockRef(2026, 5))] == [Move.IMPORT]


async def test_people_calendar_holidays_and_absences_are_those_of_the_input(begin: Begin, year: YearInput) -> None:
    """Read back as they were given."""
    await bring(begin, year)
    async with begin() as unit:
        program = await unit.program(SLUG)
    assert program.people == year.people
    assert program.calendar.blocks(2026) == year.blocks
    assert dict(program.holidays) == dict(year.holidays)
    assert sorted(program.absences, key=lambda a: a.id) == sorted(year.absences, key=lambda a: a.id)


async def test_the_same_input_again_changes_nothing(begin: Begin, year: YearInput) -> None:
    """Not a counter, not an audit row."""
    first = await bring(begin, year)
    before = await state_of(begin)
    async with begin() as unit:
        again = await import_year(unit, year, SLUG)
        assert unit.transaction.changes == {}
    assert again.outcome is Outcome.UNCHANGED
    assert again.changed == ()
    assert (again.versions, again.edges) == (first.versions, first.edges)
    assert await state_of(begin) == before


async def test_a_refused_folder_leaves_nothing_behind(begin: Begin, folder: Path) -> None:
    """Not even the program."""
    (folder / "calls.csv").write_text("date,person\n2026-07-01,nobody\n")
    with pytest.raises(ImportRefusedError):
        async with begin() as unit:
            await import_folder(unit, folder)
    with pytest.raises(NotFoundError):
        await state_of(begin)


@pytest.mark.parametrize("slug", ["programs", "Not A Slug", ""])
async def test_a_name_that_cannot_be_is_refused(begin: Begin, year: YearInput, slug: str) -> None:
    """`programs` is taken by a resource."""
    with pytest.raises(InvalidError, match="program"):
        async with begin() as unit:
            await import_year(unit, year, slug)


async def test_an_unknown_zone_is_refused(begin: Begin, year: YearInput) -> None:
    """Before anything is written."""
    with pytest.raises(InvalidError, match="zone"):
        async with begin() as unit:
            await import_year(unit, year, SLUG, "Mars/Olympus")


async def test_a_corrected_zone_is_taken_over(begin: Begin, year: YearInput) -> None:
    """The same input under another zone changes the clock and no block."""
    await bring(begin, year)
    async with begin() as unit:
        report = await import_year(unit, year, SLUG, "Pacific/Honolulu")
    assert (report.outcome, report.zone, report.changed) == (Outcome.CHANGED, "Pacific/Honolulu", ())
    assert (await state_of(begin)).clock.zone == "Pacific/Honolulu"


async def test_a_changed_night_republishes_its_block_alone(begin: Begin, year: YearInput) -> None:
    """Blocks whose content is the same keep their version; the old version is the new one's parent."""
    first = await bring(begin, year)
    report = await bring(begin, with_other_caller(year))
    assert report.outcome is Outcome.CHANGED
    assert report.changed == ("2026/5",)
    assert {b for b in first.versions if first.versions[b] != report.versions[b]} == {"2026/5"}
    async with begin() as unit:
        assert (await unit.versions.find(SLUG, report.versions["2026/5"])).parent == first.versions["2026/5"]
    back = await bring(begin, year)
    assert back.versions == first.versions


async def test_changed_absences_replace_those_of_the_import_alone(begin: Begin, year: YearInput) -> None:
    """An absence that was recorded otherwise stays."""
    await bring(begin, year)
    own = Absence("abs-own", "fac-01", dt.date(2026, 12, 1), dt.date(2026, 12, 1))
    async with begin() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, own)
    fewer = with_ids(year.absences[1:])
    await bring(begin, replace(year, absences=fewer))
    async with begin() as unit:
        found = {a.id for a in (await unit.program(SLUG)).absences}
    assert found == {a.id for a in fewer} | {own.id}


async def test_who_is_no_longer_listed_stays_and_is_named(begin: Begin, year: YearInput) -> None:
    """Nobody is ever removed."""
    await bring(begin, year)
    gone = next(p.id for p in year.people if p.is_adjunct)
    report = await bring(begin, replace(year, people=tuple(p for p in year.people if p.id != gone)))
    assert [e.person for e in report.edges if e.kind is EdgeKind.NO_LONGER_LISTED] == [gone]
    async with begin() as unit:
        assert gone in (await unit.program(SLUG)).by_id


async def test_a_block_published_since_is_not_overwritten(begin: Begin, year: YearInput) -> None:
    """The whole import is refused, and names the block."""
    first = await bring(begin, year)
    ref = BlockRef(2026, 5)
    async with begin() as unit:
        await unit.lock(SLUG)
        program = await unit.program(SLUG)
        live = (await unit.versions.load(SLUG, [first.versions["2026/5"]]))[first.versions["2026/5"]]
        cells = [replace(c, source=Source.SOLVER) if c.source is Source.TEMPLATE else c for c in live]
        solved = BlockSchedule.of(live.block, cells, live.rotations)
        await unit.versions.add(program, solved, origin="solve")
        await unit.versions.move(SLUG, ref, expected=live.digest, to=solved.digest, why=Move.PUBLISH)
    before = await state_of(begin)
    assert (await bring(begin, year)).outcome is Outcome.UNCHANGED
    with pytest.raises(ConflictError, match="2026/5 "):
        await bring(begin, with_other_caller(year))
    assert await state_of(begin) == before
    elsewhere = await bring(begin, with_other_caller(year, dt.date(2027, 1, 12)))
    assert elsewhere.changed == ("2026/7",)
    assert (await state_of(begin)).live[ref].hash == solved.digest


async def test_an_override_that_would_lose_its_assignment_refuses_the_import(begin: Begin, year: YearInput) -> None:
    """One whose assignment stays is no obstacle."""
    await bring(begin, year)
    slot = Slot(NIGHT, Part.NIGHT)
    override = Override("ovr-1", year.calls[NIGHT], slot, "CALL", OverrideType.GAP)
    async with begin() as unit:
        await unit.lock(SLUG)
        await unit.overrides.add(SLUG, override, reason="test")
        await unit.programs.move_overlay(SLUG, (await unit.programs.state(SLUG)).overlay)
    with pytest.raises(ConflictError, match="ovr-1"):
        await bring(begin, with_other_caller(year))
    report = await bring(begin, with_other_caller(year, NIGHT - dt.timedelta(1)))
    assert report.changed == ("2026/5",)
    async with begin() as unit:
        roster = await unit.roster(SLUG, Window(NIGHT, NIGHT))
    assert [o.id for o in roster.overrides] == ["ovr-1"]


async def test_block_dates_stand_once_they_are_published(begin: Begin, year: YearInput) -> None:
    """A version covers its dates for good."""
    await bring(begin, year)
    blocks = list(year.blocks)
    blocks[1] = Block(blocks[1].ref, blocks[0].start, blocks[1].end)
    folded = {k: v for k, v in year.rotations.items() if k[1].number}
    with pytest.raises(ConflictError, match="2026/0, 2026/1"):
        await bring(begin, replace(year, blocks=tuple(blocks[1:]), rotations=folded))


def next_year(year: YearInput) -> YearInput:
    """The same people a year later, with two nights and one FMIT week of their own."""
    people = tuple(replace(p, pgy_by_year={2027: 2} if p.is_resident else {}) for p in year.people)
    caller = year.fmit[-1].person
    other = next(p.id for p in people if p.takes_call and p.id != caller)
    return replace(
        year,
        year=2027,
        blocks=default_blocks(2027),
        people=people,
        rotations={(p, BlockRef(2027, b.number)): name for (p, b), name in year.rotations.items() if b.number},
        fmit=(FmitWeek(dt.date(2027, 7, 2), dt.date(2027, 7, 8), other),),
        calls={dt.date(2027, 7, 1): other},
        absences=(),
        holidays={},
    )


async def test_the_next_year_takes_over_what_reached_into_it(begin: Begin, year: YearInput) -> None:
    """FMIT and recovery that crossed 30 June stand in the new year's first block; PGY is kept for both years."""
    first = await bring(begin, year)
    assert "2027/1" in first.versions
    attending = year.fmit[-1].person
    second = await bring(begin, next_year(year))
    assert second.outcome is Outcome.CHANGED
    async with begin() as unit:
        roster = await unit.roster(SLUG, Window(dt.date(2027, 6, 30), dt.date(2027, 7, 2)))
        program = await unit.program(SLUG)
    assert roster.at(attending, Slot(dt.date(2027, 7, 1), Part.AM)) == "FMIT"
    assert roster.at(attending, Slot(dt.date(2027, 7, 2), Part.PM)) == "PC"
    assert roster.at(year.calls[dt.date(2027, 6, 30)], Slot(dt.date(2027, 7, 1), Part.AM)) == "PCAT"
    assert program.person("pgy1-01").pgy_by_year == {2026: 1, 2027: 2}
    assert program.calendar.own.keys() == {2026, 2027}
    assert (await bring(begin, year)).outcome is Outcome.UNCHANGED
    assert (await bring(begin, next_year(year))).outcome is Outcome.UNCHANGED


async def test_a_year_before_joins_what_its_successor_left_in_its_last_block(begin: Begin, year: YearInput) -> None:
    """Duties that cross into a published neighbour are added to it where it is open."""
    later = next_year(year)
    eve = dt.date(2027, 6, 29)
    later = replace(later, calls={eve: later.fmit[0].person, **later.calls})
    await bring(begin, year)
    before = (await state_of(begin)).live[BlockRef(2026, 13)].hash
    report = await bring(begin, later)
    async with begin() as unit:
        found = (await unit.versions.load(SLUG, [report.versions["2026/13"]]))[report.versions["2026/13"]]
        old = (await unit.versions.load(SLUG, [before]))[before]
    assert set(old) <= set(found)
    added = set(found) - set(old)
    assert {(c.person, c.slot.date, c.activity) for c in added if c.slot.date == eve} <= {
        (later.fmit[0].person, eve, "CALL")
    }


async def test_edges_of_an_irregular_year_are_named(begin: Begin, year: YearInput) -> None:
    """Gaps inside the record, unassigned blocks, calls in leave, odd credentials: each with its person and date."""
    caller = year.calls[NIGHT]
    irregular = replace(
        year,
        calls={d: p for d, p in year.calls.items() if d not in (dt.date(2026, 9, 8), dt.date(2027, 6, 30))},
        rotations={k: v for k, v in year.rotations.items() if k != ("pgy3-02", BlockRef(2026, 4))},
        absences=with_ids([*year.absences, Absence("", caller, NIGHT, NIGHT), Absence("", caller, NIGHT, NIGHT)]),
    )
    report = await bring(begin, irregular)
    found = {(e.kind, e.person, e.start, e.block) for e in report.edges}
    assert (EdgeKind.GAP_NIGHT, None, dt.date(2026, 9, 8), None) in found
    assert (EdgeKind.MISSING_NIGHT, None, dt.date(2027, 6, 30), None) in found
    assert (EdgeKind.UNASSIGNED, "pgy3-02", dt.date(2026, 9, 24), "2026/4") in found
    assert (EdgeKind.CALL_IN_LEAVE, caller, NIGHT, None) in found
    assert (EdgeKind.ABSENCES_OVERLAP, caller, NIGHT, None) in found

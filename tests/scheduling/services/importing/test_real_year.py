"""The de-identified real year, imported end to end and held against what is known of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest

from scheduling.model.calendar import BlockRef, fmit_week, is_weekday_call
from scheduling.model.part import Part, Slot, Window
from scheduling.services.importing.import_year import import_folder
from scheduling.services.importing.report import EdgeKind, ImportReport, Outcome
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork
from tests.real_year import FOLDER, NEEDED

SLUG = "program-2025"

pytestmark = NEEDED


def call(tool: str = "import") -> AuditContext:
    return AuditContext("owner", "test", tool, "0" * 64, SLUG, dt.datetime(2026, 2, 15, 12, tzinfo=dt.UTC))


@pytest.fixture
async def report(database: Database) -> ImportReport:
    async with UnitOfWork(database, call()) as unit:
        return await import_folder(unit, FOLDER, zone="Pacific/Honolulu")


@pytest.fixture
async def unit(database: Database, report: ImportReport) -> AsyncIterator[UnitOfWork]:
    async with UnitOfWork(database, call("read"), today=dt.date(2026, 2, 15)) as opened:
        yield opened


async def test_every_edge_of_the_year_is_named(report: ImportReport) -> None:
    """Nothing is dropped silently: each human edge of the year stands in the report."""
    counts = report.edge_counts()
    assert report.outcome is Outcome.CREATED
    assert counts["night_outside_year"] == 1
    assert counts["missing_night"] == 2
    assert "gap_night" not in counts
    assert counts["missing_fmit_day"] == 3
    assert counts["unassigned"] == 5
    assert counts["absences_overlap"] == 18
    assert counts["absence_begins_before_year"] == 2
    assert counts["absence_outside_year"] == 1
    assert counts["adjunct_call"] == 2
    assert counts["adjunct_fmit_week"] == 1
    unassigned = {(e.person, e.block) for e in report.edges if e.kind is EdgeKind.UNASSIGNED}
    assert unassigned == {
        ("pgy3-01", "2025/1"),
        ("pgy3-03", "2025/1"),
        ("pgy3-04", "2025/10"),
        ("pgy3-04", "2025/11"),
        ("pgy3-04", "2025/12"),
    }
    assert report.counts["calls"] == 364
    assert report.counts["rotations"] == 216


async def test_the_nights_are_those_of_the_record(unit: UnitOfWork) -> None:
    """364 nights, one caller each; Fridays and Saturdays are the week's attending's; 18 and 4 nights break the FMIT rules."""
    roster = await unit.roster(SLUG, Window(dt.date(2025, 6, 30), dt.date(2026, 6, 30)))
    callers: dict[dt.date, str] = {}
    for date in roster.window:
        held = roster.holders("CALL", Slot(date, Part.NIGHT))
        assert len(held) <= 1
        callers.update((date, person) for person in held)
    assert len(callers) == 364
    assert (min(callers), max(callers)) == (dt.date(2025, 6, 30), dt.date(2026, 6, 28))
    assert roster.recorded_calls == Window(min(callers), max(callers))

    def attending(date: dt.date) -> set[str]:
        return {p for d in fmit_week(date) for p in roster.holders("FMIT", Slot(d, Part.AM)) if p.startswith("fac")}

    weekend = [d for d in callers if not is_weekday_call(d)]
    assert len(weekend) == 104
    assert all(attending(d) == {callers[d]} for d in weekend)
    weekday = sorted(d for d in callers if is_weekday_call(d))
    assert len(weekday) == 260
    assert sum(callers[d] in attending(d) for d in weekday) == 18
    assert sum(callers[d] in attending(d - dt.timedelta(3)) for d in weekday if d.isoweekday() == 7) == 4
    gaps = Counter(
        (b - a).days
        for person in set(callers.values())
        for a, b in pairwise(d for d in weekday if callers[d] == person)
    )
    assert min(gaps) == 2
    assert gaps[2] == 2


async def test_what_crosses_the_edges_of_the_year_is_kept_beside_it(unit: UnitOfWork, report: ImportReport) -> None:
    """The night before the year, and FMIT and recovery after it, lie in versions of the neighbouring years' blocks."""
    assert {"2024/13", "2026/0", "2026/1"} <= set(report.versions)
    state = await unit.programs.state(SLUG)
    assert BlockRef(2024, 13) in state.live
    before = await unit.roster(SLUG, Window(dt.date(2025, 6, 30), dt.date(2025, 7, 1)))
    assert before.at("fac-10", Slot(dt.date(2025, 6, 30), Part.NIGHT)) == "CALL"
    assert before.at("fac-10", Slot(dt.date(2025, 7, 1), Part.AM)) == "PCAT"
    assert before.at("fac-10", Slot(dt.date(2025, 7, 1), Part.PM)) == "DO"
    after = await unit.roster(SLUG, Window(dt.date(2026, 7, 1), dt.date(2026, 7, 3)))
    assert after.at("fac-08", Slot(dt.date(2026, 7, 2), Part.PM)) == "FMIT"
    assert after.at("fac-08", Slot(dt.date(2026, 7, 3), Part.AM)) == "PC"


async def test_importing_the_year_again_changes_nothing(database: Database, report: ImportReport) -> None:
    """The same input again leaves versions, counters and the audit trail as they are, and says so."""
    async with UnitOfWork(database, call("read")) as unit:
        before = await unit.programs.state(SLUG)
    async with UnitOfWork(database, call()) as unit:
        again = await import_folder(unit, FOLDER, zone="Pacific/Honolulu")
    async with UnitOfWork(database, call("read")) as unit:
        after = await unit.programs.state(SLUG)
    assert again.outcome is Outcome.UNCHANGED
    assert again.changed == ()
    assert again.versions == report.versions
    assert before == after


async def test_every_block_is_published_and_partial(report: ImportReport) -> None:
    """Each block has a first version, marked partial while the template stands in for a solved schedule."""
    assert {f"2025/{n}" for n in range(1, 14)} <= set(report.versions)
    assert {f"2025/{n}" for n in range(1, 14)} <= set(report.partial)


async def test_the_template_meets_the_attending_demand(unit: UnitOfWork) -> None:
    """No weekday half-day of the year lacks attending time, and no slot takes more than six rooms."""
    window = Window(dt.date(2025, 7, 1), dt.date(2026, 6, 30))
    roster = await unit.roster(SLUG, window)
    catalogue, people = roster.catalogue, roster.program.by_id
    units: Counter[Slot] = Counter()
    supply: Counter[Slot] = Counter()
    rooms: Counter[Slot] = Counter()
    for person, slot, code in roster.filled(window):
        activity = catalogue[code]
        if people[person].is_resident and activity.needs_supervision:
            units[slot] += (2 if people[person].pgy(2025) == 1 else 1) + activity.supervision_extra
        supply[slot] += people[person].is_faculty and activity.supplies_supervision
        rooms[slot] += activity.uses_room and not activity.room_once
    assert [s for s in units if -(-units[s] // 4) > supply[s]] == []
    assert max(rooms.values()) <= 6

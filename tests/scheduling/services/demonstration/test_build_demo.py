"""The demonstration program: what the domain says of it, from a size and a seed."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from itertools import pairwise

import pytest

from scheduling.model.absence import AbsenceType
from scheduling.model.calendar import default_blocks, is_weekday_call, year_window
from scheduling.model.errors import InvalidError
from scheduling.model.part import Part, Slot
from scheduling.model.person import FacultyRole
from scheduling.model.policy import shipped_policy
from scheduling.services.demonstration.build_demo import build_demo, create_demo
from scheduling.services.demonstration.sizes import TODAY
from scheduling.services.importing.report import Outcome
from scheduling.services.importing.year_input import YearInput
from scheduling.store.audit import AuditContext
from scheduling.store.database import Database
from scheduling.store.unit import UnitOfWork

SEEDS = range(4)


@pytest.fixture(scope="module", params=SEEDS)
def year(request: pytest.FixtureRequest) -> YearInput:
    return build_demo("usual", request.param)


@pytest.mark.parametrize(
    ("size", "residents", "faculty", "sites"), [("usual", 18, 10, 1), ("bench", 24, 16, 1), ("large", 90, 40, 4)]
)
def test_each_size_has_the_people_of_the_domain(size: str, residents: int, faculty: int, sites: int) -> None:
    """Adjuncts come on top; the five roles are each held once."""
    people = build_demo(size).people
    assert sum(p.is_resident for p in people) == residents
    assert sum(p.takes_call for p in people) == faculty
    assert sum(p.is_adjunct for p in people) == 2
    assert len({p.site for p in people}) == sites
    roles = Counter(p.role for p in people)
    assert all(roles[r] == 1 for r in FacultyRole if r not in (FacultyRole.CORE, FacultyRole.ADJUNCT))


def test_two_of_the_general_faculty_do_vasectomies() -> None:
    """And one holds the sports medicine credential."""
    held = Counter(c.code for p in build_demo().people for c in p.credentials)
    assert (held["VAS"], held["SM"]) == (2, 1)


def test_a_size_that_is_none_is_refused() -> None:
    """With the valid ones."""
    with pytest.raises(InvalidError, match="usual, bench, large"):
        build_demo("huge")


def test_the_same_size_and_seed_give_the_same_year() -> None:
    """And another seed another one."""
    assert build_demo("usual", 3).digest == build_demo("usual", 3).digest
    assert build_demo("usual", 3).digest != build_demo("usual", 4).digest


def test_every_resident_has_a_rotation_in_every_block(year: YearInput) -> None:
    """Nobody is unassigned, and the inpatient team has a resident of each year in every block."""
    residents = [p for p in year.people if p.is_resident]
    mapped = {r.name: r for r in year.rotation_map}
    for block in default_blocks(2026):
        on_team = Counter(
            p.pgy(2026) for p in residents if mapped[year.rotations[p.id, block.ref]].half1.activity == "FMIT"
        )
        assert block.ref.number <= 1 or all(on_team[pgy] for pgy in (1, 2, 3))


def test_about_eight_absences_of_all_types_begin_in_each_block(year: YearInput) -> None:
    """No two of one person overlap; approved ones are the rule."""
    for block in default_blocks(2026)[1:]:
        assert 6 <= sum(a.start in block.window for a in year.absences) <= 9
    assert {a.type for a in year.absences} == set(AbsenceType)
    assert sum(a.blocks for a in year.absences) > len(year.absences) / 2
    spans = sorted((a.person, a.start, a.end) for a in year.absences)
    assert all(p != q or end < start for (p, _, end), (q, start, _) in pairwise(spans))


def test_four_or_five_fmit_weeks_begin_in_each_block(year: YearInput) -> None:
    """Every week of the year has one attending, never the same one twice in a row, never one who is away."""
    for block in default_blocks(2026)[1:]:
        assert 3 <= sum(w.start in block.window for w in year.fmit) <= 5
    assert set(year_window(2026)) <= {d for w in year.fmit for d in w.window}
    people = [w.person for w in year.fmit]
    assert all(a != b for a, b in pairwise(people))


def test_the_calls_keep_the_rules(year: YearInput) -> None:
    """One eligible caller each night; Friday and Saturday the attending; spacing, equity and the eve of leave respected."""
    recovery = shipped_policy().absences.recovery_days
    attending = {d: w.person for w in year.fmit for d in w.window}
    assert set(year.calls) == set(year_window(2026))

    def absent(person: str, date: dt.date) -> bool:
        slots = [Slot(date, part) for part in Part]
        return any(a.person == person and a.blocks_slot(s, recovery) for a in year.absences for s in slots)

    last: dict[str, dt.date] = {}
    eves = 0
    for date, person in sorted(year.calls.items()):
        if not is_weekday_call(date):
            assert person == attending[date]
            continue
        assert person != attending[date]
        assert not absent(person, date)
        assert date.isoweekday() != 7 or attending[date - dt.timedelta(3)] != person
        assert (date - last.get(person, dt.date.min)).days > 3
        eves += absent(person, date + dt.timedelta(1))
        last[person] = date
    assert eves == 0
    counts = Counter(p for d, p in year.calls.items() if is_weekday_call(d))
    assert max(counts.values()) - min(counts.values()) <= 6


async def test_creating_the_demonstration_twice_leaves_it_as_it_is(database: Database) -> None:
    """The clock is pinned; the second time nothing changes."""
    now = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)

    async def create() -> Outcome:
        async with UnitOfWork(database, AuditContext("owner", "test", "demo", "0" * 64, "demo", now)) as unit:
            return (await create_demo(unit)).outcome

    assert await create() is Outcome.CREATED
    async with UnitOfWork(database, AuditContext("owner", "test", "read", "0" * 64, "demo", now)) as unit:
        before = await unit.programs.state("demo")
    assert await create() is Outcome.UNCHANGED
    async with UnitOfWork(database, AuditContext("owner", "test", "read", "0" * 64, "demo", now)) as unit:
        assert await unit.programs.state("demo") == before
    assert before.clock.today() == TODAY
    assert before.clock.zone == "America/New_York"
    assert len(before.live) == 16

from __future__ import annotations

import pytest

from scheduling.model.absence import Absence
from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.errors import InvalidError
from scheduling.model.lifecycle import Move
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.run import Frozen, RunRequest
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.gather_problem import Gathered, gather
from scheduling.services.keep_solution import prepare, store
from scheduling.solver.problem import Stage
from scheduling.solver.solve import solve
from scheduling.store.database import Database
from tests.program_sample import BLOCK_FIVE, BLOCK_SIX, MONDAY, SLUG, Sample, override, settle

SIX = RunRequest(2026, 6)
FIVE = RunRequest(2026, 5)


@pytest.fixture
async def sample(database: Database) -> Sample:
    return await settle(database)


async def gathered(sample: Sample, request: RunRequest = SIX) -> Gathered:
    async with sample.unit() as unit:
        return await gather(unit, SLUG, request)


async def publish_solved(sample: Sample, sources: Source, *, without: tuple[str, Slot] | None = None) -> None:
    """Put a version live whose cells come from that source, one cell less where asked."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        program = await unit.program(SLUG)
        live = (await unit.programs.state(SLUG)).live[BLOCK_SIX.ref].hash
        old = (await unit.versions.load(SLUG, [live]))[live]
        cells = [Cell(c.person, c.slot, c.activity, sources) for c in old if (c.person, c.slot) != without]
        made = await unit.versions.add(program, BlockSchedule.of(BLOCK_SIX, cells, old.rotations), origin="solve")
        await unit.versions.move(SLUG, BLOCK_SIX.ref, expected=live, to=made.hash, why=Move.PUBLISH)


async def test_a_block_starts_from_what_is_locked(sample: Sample) -> None:
    """Stand-ins of the template and the last solve's cells are open again; change is counted against the solve's."""
    await publish_solved(sample, Source.SOLVER)
    problem = (await gathered(sample)).problem
    assert problem.stage is Stage.BLOCK
    assert problem.window == BLOCK_SIX.window
    assert problem.base is not None
    assert len(list(problem.base.filled(BLOCK_SIX.window))) > 100
    left = {code for _, _, code in problem.roster.filled(BLOCK_SIX.window)}
    assert left == {"FMIT", "CALL", "PCAT", "DO"} & left
    assert "FMIT" in left
    assert not problem.calls_free
    await publish_solved(sample, Source.TEMPLATE)
    problem = (await gathered(sample)).problem
    assert problem.base is not None
    assert not list(problem.base.filled(BLOCK_SIX.window))
    assert problem.calls_free


async def test_what_an_override_stands_on_stays(sample: Sample) -> None:
    """The slot, on both sides, and not the day around it; the overlay itself is no part of the start."""
    await sample.overridden(override("fac-05", MONDAY, Part.AM, "AT", "fac-07"))
    problem = (await gathered(sample, FIVE)).problem
    for person in ("fac-05", "fac-07"):
        assert not problem.is_free(person, Slot(MONDAY, Part.AM))
        assert problem.is_free(person, Slot(MONDAY, Part.PM))
    assert problem.roster.overrides == ()
    assert problem.roster.at("fac-05", Slot(MONDAY, Part.AM)) == "AT"


async def test_frozen_dates_stay_for_one_or_for_all(sample: Sample) -> None:
    """What is frozen for everybody needs no names."""
    first = BLOCK_SIX.start
    asked = RunRequest(
        2026, 6, freeze=(Frozen(first, first, "fac-05"), Frozen(first, first), Frozen(first, first + days(6), "fac-06"))
    )
    problem = (await gathered(sample, asked)).problem
    assert len(problem.frozen) == 2
    assert not problem.is_free("fac-08", Slot(first, Part.AM))
    assert not problem.is_free("fac-06", Slot(first + days(6), Part.AM))
    assert problem.digest


async def test_after_an_absence_only_its_weeks_move(sample: Sample) -> None:
    """A finished schedule in which somebody is away at work frees that week; naming an objective frees everything."""
    await publish_solved(sample, Source.SOLVER)
    assert (await gathered(sample)).freed is None
    date = next(d for d in BLOCK_SIX.window if d.isoweekday() == 2)
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-1", "fac-05", date, date))
    freed = (await gathered(sample)).freed
    assert freed is not None
    assert len(freed) == 1
    assert date in freed[0]
    assert len(freed[0]) == 7
    assert (await gathered(sample, RunRequest(2026, 6, objective="standard"))).freed is None


async def test_a_night_nobody_has_frees_its_week(sample: Sample) -> None:
    """A finished schedule with a bare night is solved anew there."""
    roster = (await gathered(sample)).problem.base
    assert roster is not None
    night = next(d for d in list(BLOCK_SIX.window)[8:] if is_weekday_call(d))
    caller = (await gathered(sample)).start_roster.holders("CALL", Slot(night, Part.NIGHT))[0]
    await publish_solved(sample, Source.SOLVER, without=(caller, Slot(night, Part.NIGHT)))
    freed = (await gathered(sample)).freed
    assert freed is not None
    assert [night in week for week in freed] == [True]


async def test_the_result_keeps_what_stays_and_reaches_over_the_edge(sample: Sample) -> None:
    """Rotations and frozen cells are as they were; a neighbour is drafted only where a post-call duty falls into it."""
    await publish_solved(sample, Source.SOLVER)
    found = await gathered(sample, RunRequest(2026, 6, freeze=(Frozen(BLOCK_SIX.start, BLOCK_SIX.start + days(6)),)))
    solution = solve(found.problem).solution
    kept = prepare(found, solution)
    content = kept.contents[BLOCK_SIX.ref]
    assert content.rotations == found.schedules[BLOCK_SIX.ref].rotations
    week = [c for c in content if c.slot.date < BLOCK_SIX.start + days(7)]
    assert week == [c for c in found.schedules[BLOCK_SIX.ref] if c.slot.date < BLOCK_SIX.start + days(7)]
    assert set(kept.contents) <= {BLOCK_FIVE.ref, BLOCK_SIX.ref}
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        versions = await store(unit, SLUG, found, kept)
    assert versions[str(BLOCK_SIX.ref)] == content.digest


@pytest.mark.parametrize(("request_", "field"), [(RunRequest(1999), "year"), (RunRequest(2040, 3), "block")])
async def test_a_year_outside_the_programs_is_refused(sample: Sample, request_: RunRequest, field: str) -> None:
    """Neither before what is recorded nor later than next year."""
    with pytest.raises(InvalidError, match="outside the program's years") as caught:
        await gathered(sample, request_)
    assert caught.value.details["field"] == field

"""Duty records as they are stored: what the database holds fast, and what moves with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import Window
from scheduling.model.person import Kind, Person
from scheduling.store.unit import UnitOfWork
from tests.program_sample import MONDAY, SLUG, Sample, context

STAY = DutyRecord("dut-1", "pgy2-01", DutyKind.STAY, MONDAY, 1080, 1500, "a patient in labour")
HANDOVER = DutyRecord("dut-0", "pgy2-01", DutyKind.TRANSITION, MONDAY, 420, 480, new_patients=True)
WEEK = Window(MONDAY, MONDAY + days(6))


async def saved(sample: Sample, *records: DutyRecord) -> None:
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.duty_records.save(SLUG, *records)


async def stored(sample: Sample) -> tuple[DutyRecord, ...]:
    async with sample.unit() as unit:
        return (await unit.program(SLUG)).duty_records


async def test_a_record_comes_back_as_it_was_by_date_and_id(sample: Sample) -> None:
    """Every field; the same id again replaces what was stored; removing leaves the others."""
    earlier = replace(STAY, id="dut-9", date=MONDAY - days(40), reason=None)
    await saved(sample, STAY, HANDOVER, earlier)
    assert await stored(sample) == (earlier, HANDOVER, STAY)
    await saved(sample, replace(STAY, end=1200))
    assert (await stored(sample))[-1].end == 1200
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.duty_records.remove(SLUG, ["dut-1", "dut-9"])
    assert await stored(sample) == (HANDOVER,)


async def test_an_id_is_unique_in_its_program_alone(sample: Sample) -> None:
    """Another program may have the same one."""
    await saved(sample, STAY)
    async with UnitOfWork(sample.database, context(program="other")) as unit:
        await unit.programs.add("other", zone="UTC")
        await unit.people.save("other", Person("pgy2-01", Kind.RESIDENT))
        await unit.duty_records.save("other", replace(STAY, reason=None))
    assert await stored(sample) == (STAY,)


WRONG: dict[str, tuple[str, Any]] = {
    "fk_duty_records_program_person": ("person", "pgy9-99"),
    "ck_duty_records_kind": ("kind", "overtime"),
    "ck_duty_records_start": ("start", 1440),
    "ck_duty_records_end": ("end", 1080),
    "ck_duty_records_new_patients": ("new_patients", True),
    "ck_duty_records_reason": ("reason", "x" * 2001),
    "pk_duty_records": ("id", "dut-0"),
}


@pytest.mark.parametrize("constraint", WRONG)
async def test_the_database_refuses_what_is_no_record(sample: Sample, constraint: str) -> None:
    """Each constraint by its name, whoever writes."""
    await saved(sample, STAY, HANDOVER)
    column, value = WRONG[constraint]
    with pytest.raises(IntegrityError, match=constraint):
        async with sample.database.session() as session:
            await session.execute(text(f"update duty_records set \"{column}\" = :v where id = 'dut-1'"), {"v": value})


async def test_a_record_is_seen_at_once_and_costs_no_query(sample: Sample) -> None:
    """It moves the facts, so no cached roster outlives it; a block is still read in at most five queries, again in one."""
    async with sample.unit() as unit:
        before = await unit.roster(SLUG, WEEK)
        state = await unit.programs.state(SLUG)
    await saved(sample, *(replace(STAY, id=f"dut-{n}", date=MONDAY - days(n)) for n in range(50)))
    with sample.counted() as cold:
        async with sample.unit() as unit:
            after = await unit.roster(SLUG, WEEK)
    with sample.counted() as warm:
        async with sample.unit() as unit:
            again = await unit.roster(SLUG, WEEK)
    assert before.program.duty_records == ()
    assert len(after.program.duty_records) == 50
    assert after.program.facts == state.facts + 1
    assert len(cold) <= 5
    assert len(warm) == 1
    assert again is after


async def test_the_audit_row_names_the_record_and_never_its_reason(sample: Sample) -> None:
    """Written with the change; what is rolled back leaves neither."""
    await saved(sample, STAY)

    async def fail() -> None:
        async with sample.unit() as unit:
            await unit.lock(SLUG)
            await unit.duty_records.save(SLUG, HANDOVER)
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fail()
    assert await stored(sample) == (STAY,)
    async with sample.database.session() as session:
        rows = (
            await session.execute(text("select to_jsonb(a)::text from audit a where program = :p"), {"p": SLUG})
        ).scalars()
        trail = list(rows)
    assert sum('"duty_record": ["dut-1"]' in row for row in trail) == 1
    assert not any("dut-0" in row or "labour" in row for row in trail)


def test_a_record_says_which_dates_it_touches() -> None:
    """An end at midnight is on the next date and does not reach into it."""
    late = DutyRecord("x", "pgy2-01", DutyKind.CALLED_IN, dt.date(2026, 11, 9), 1380, 1440)
    assert late.window == Window(MONDAY, MONDAY)
    assert late.end_date == MONDAY + days(1)
    assert STAY.window == Window(MONDAY, MONDAY + days(1))

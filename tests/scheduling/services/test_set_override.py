from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.absence import Absence
from scheduling.model.break_glass import BreakGlass
from scheduling.model.calendar import days
from scheduling.model.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, UserError
from scheduling.model.lifecycle import Move
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot
from scheduling.model.version import BlockSchedule, Cell
from scheduling.services.read_schedule import SlotState
from scheduling.services.revert import revert_override
from tests.program_sample import BLOCK_FIVE, FIVE, MONDAY, SLUG, Sample, attending, caller_on, override, schedule_of
from tests.scheduling.services.cover import everything, overlay, overridden

AM, PM, NIGHT = Part.AM, Part.PM, Part.NIGHT


async def test_a_coverage_puts_another_person_there(sample: Sample) -> None:
    """The slot is covered, the base person kept, the overlay moved by one."""
    done = await overridden(sample, "fac-05", AM, "coverage", "fac-08")
    (slot,) = done.slots
    assert (slot.state, slot.person, slot.base_person, slot.override) == (
        SlotState.COVERED,
        "fac-08",
        "fac-05",
        done.override.id,
    )
    assert await overlay(sample) == 1


@pytest.mark.parametrize(("kind", "state"), [("cancellation", SlotState.CANCELLED), ("gap", SlotState.GAP)])
async def test_nobody_in_the_slot(sample: Sample, kind: str, state: SlotState) -> None:
    """Administration may be cancelled or left a gap."""
    done = await overridden(sample, "fac-06", AM, kind)
    assert [(s.state, s.person) for s in done.slots] == [(state, None)]


async def refused(sample: Sample, error: type[UserError], field: str, *args: object, **more: object) -> UserError:
    before, generation = await everything(sample), await overlay(sample)
    with pytest.raises(error) as caught:
        await overridden(sample, *args, **more)  # type: ignore[arg-type]  # as the case gives them
    assert field in str(caught.value)
    assert (await everything(sample), await overlay(sample)) == (before, generation)
    return caught.value


WEEK_ATTENDING = attending(MONDAY)
TONIGHT = caller_on(MONDAY)


@pytest.mark.parametrize(
    ("error", "field", "args"),
    [
        (InvalidError, "type", ("fac-05", AM, "cancellation")),
        (InvalidError, "type", (WEEK_ATTENDING, AM, "cancellation")),
        (InvalidError, "type", (TONIGHT, NIGHT, "cancellation")),
        (InvalidError, "replacement", ("fac-05", AM, "coverage", "fac-90")),
        (InvalidError, "replacement", (TONIGHT, NIGHT, "coverage", "fac-90")),
        (InvalidError, "replacement", ("fac-05", AM, "coverage", "fac-06")),
        (InvalidError, "replacement", ("fac-05", AM, "coverage", "fac-05")),
        (InvalidError, "replacement", ("fac-05", AM, "coverage", "pgy1-01")),
        (InvalidError, "replacement", ("pgy1-01", AM, "coverage", "pgy3-01")),
        (InvalidError, "replacement", ("fac-05", AM, "coverage", WEEK_ATTENDING)),
        (InvalidError, "replacement", (TONIGHT, NIGHT, "coverage", WEEK_ATTENDING)),
        (InvalidError, "replacement", ("fac-05", AM, "coverage")),
        (InvalidError, "replacement", ("fac-05", AM, "gap", "fac-08")),
        (InvalidError, "person", ("fac-08", AM, "gap")),
        (NotFoundError, "person", ("fac-99", AM, "gap")),
        (NotFoundError, "person", ("fac-05", AM, "coverage", "fac-99")),
    ],
)
async def test_what_the_overlay_refuses(
    sample: Sample, error: type[UserError], field: str, args: tuple[object, ...]
) -> None:
    """Protected duties are not cancelled; adjuncts, the busy, the wrong kind, the inactive and strangers do not cover."""
    await refused(sample, error, field, *args)


async def test_writing_outside_the_schedule_is_invalid(sample: Sample) -> None:
    """And says where the data ends."""
    await refused(sample, InvalidError, "2026-12-16", "fac-05", AM, "gap", date=dt.date(2027, 3, 1))


async def test_an_absent_replacement_is_refused(sample: Sample) -> None:
    """Whatever the absence is for."""
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-x", "fac-08", MONDAY, MONDAY, reason="SECRET"))
    error = await refused(sample, InvalidError, "fac-08 is absent", "fac-05", AM, "coverage", "fac-08")
    assert "SECRET" not in str(error.as_dict())


async def test_a_busy_replacement_whose_slot_is_cancelled_first_may_cover(sample: Sample) -> None:
    """The refusal says so, and after it was done the coverage holds."""
    error = await refused(sample, InvalidError, "fac-06 holds GME", "fac-05", AM, "coverage", "fac-06")
    assert "cancel that slot" in error.hint
    await overridden(sample, "fac-06", AM, "cancellation")
    await overridden(sample, "fac-05", AM, "coverage", "fac-06")
    assert any(a.person == "fac-06" and a.base_person == "fac-05" for a in (await everything(sample))[0])


async def test_nobody_covers_twice_in_one_slot(sample: Sample) -> None:
    """Neither by the check nor past it."""
    await overridden(sample, "fac-05", AM, "coverage", "fac-08")
    await refused(sample, InvalidError, "already covers", "fac-06", AM, "coverage", "fac-08")


async def test_time_off_is_never_overridden(sample: Sample) -> None:
    """Leave, holidays and weekends stay whatever is asked."""
    content = schedule_of(BLOCK_FIVE)
    cells = [*content, Cell("fac-08", Slot(MONDAY, AM), "LV", Source.PRELOAD)]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        made = await unit.versions.add(
            await unit.program(SLUG), BlockSchedule.of(BLOCK_FIVE, cells, content.rotations), origin="edit"
        )
        await unit.versions.move(SLUG, FIVE, expected=sample.versions[FIVE].hash, to=made.hash, why=Move.PUBLISH)
    for kind, to in (("gap", None), ("cancellation", None), ("coverage", "fac-07")):
        await refused(sample, InvalidError, "time off", "fac-08", AM, kind, to)
    await refused(sample, InvalidError, "fac-08 holds LV", "fac-05", AM, "coverage", "fac-08")


async def test_a_second_override_needs_supersedes(sample: Sample) -> None:
    """Without it a conflict that names the first; with it the first is deactivated in the same transaction and kept."""
    first = await overridden(sample, "fac-05", AM, "coverage", "fac-08")
    error = await refused(sample, ConflictError, first.override.id, "fac-05", AM, "coverage", "fac-07")
    assert error.details["with"] == first.override.id
    await refused(sample, NotFoundError, "override", "fac-05", AM, "coverage", "fac-07", supersedes="ovr-none")
    second = await overridden(sample, "fac-05", AM, "coverage", "fac-07", supersedes=first.override.id)
    async with sample.unit() as unit:
        old = await unit.overrides.get(SLUG, first.override.id)
        new = await unit.overrides.get(SLUG, second.override.id)
    assert (old.active, new.active, new.supersedes) == (False, True, first.override.id)
    await refused(sample, ConflictError, "no longer active", "fac-06", AM, "cancellation", supersedes=first.override.id)
    await refused(
        sample, InvalidError, "another assignment", "fac-06", AM, "cancellation", supersedes=second.override.id
    )


async def test_somebody_who_only_covers_points_to_the_assignment(sample: Sample) -> None:
    """The refusal names whose assignment to override and what to supersede."""
    first = await overridden(sample, "fac-05", AM, "coverage", "fac-08")
    error = await refused(sample, InvalidError, "only covers fac-05", "fac-08", AM, "gap")
    assert first.override.id in error.hint


async def test_closed_dates_need_glass(sample: Sample) -> None:
    """The past is closed to ordinary commits."""
    past = MONDAY - days(14)
    await refused(sample, ForbiddenError, "closed", "fac-05", AM, "gap", date=past)
    done = await overridden(sample, "fac-05", AM, "gap", date=past, glass=BreakGlass("data_correction", "was so"))
    assert done.slots[0].state is SlotState.GAP


async def test_a_call_left_open_names_who_could_take_it(sample: Sample) -> None:
    """A gap on a call is loud."""
    done = await overridden(sample, TONIGHT, NIGHT, "gap")
    assert set(done.eligible) <= {f"fac-0{n}" for n in range(1, 9)}
    assert len(done.eligible) > 2
    assert WEEK_ATTENDING not in done.eligible


async def test_post_call_time_is_pointed_out_when_a_call_moves_by_hand(sample: Sample) -> None:
    """It does not move by itself; here none was written, so nothing is named."""
    taker = next(p for p in ("fac-05", "fac-06", "fac-07", "fac-08") if p != TONIGHT)
    done = await overridden(sample, TONIGHT, NIGHT, "coverage", taker)
    assert done.follow_on == ()


async def test_reverting_one_is_idempotent_and_keeps_the_row(sample: Sample) -> None:
    """The slot is the base again; the second time nothing is reverted; strangers are not found."""
    before = await everything(sample)
    done = await overridden(sample, "fac-05", AM, "coverage", "fac-08")
    reverted = await revert_override(sample.unit, SLUG, override=done.override.id)
    assert reverted.overrides == (done.override,)
    assert await everything(sample) == before
    assert (await revert_override(sample.unit, SLUG, override=done.override.id)).overrides == ()
    async with sample.unit() as unit:
        assert not (await unit.overrides.get(SLUG, done.override.id)).active
    for wrong in ({"override": "ovr-none"}, {"plan": "plan-none"}):
        with pytest.raises(NotFoundError):
            await revert_override(sample.unit, SLUG, **wrong)
    for wrong in ({}, {"override": "a", "plan": "b"}):
        with pytest.raises(InvalidError):
            await revert_override(sample.unit, SLUG, **wrong)


async def test_an_override_whose_base_is_gone_still_counts_as_the_one(sample: Sample) -> None:
    """The database guarantees one active override per assignment, applied or not."""
    await sample.overridden(override("fac-05", MONDAY, PM, "C", "fac-07"))
    await refused(sample, ConflictError, "already has an active override", "fac-05", PM, "gap")

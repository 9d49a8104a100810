from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.calendar import days
from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.part import Part, Slot
from scheduling.model.plan_body import plan_digest
from scheduling.services.cascade import CascadeRequest, LanePlanner, plan_cascade, read_plan
from scheduling.solver.lane import Lane
from tests.program_sample import MONDAY, SLUG, Sample, override
from tests.scheduling.services.cover import best, everything, overlay, planned


async def test_planning_stores_plans_and_changes_nothing(sample: Sample) -> None:
    """Each plan has an id and a digest over what it says; the schedule and its overlay stay as they are."""
    before = await everything(sample), await overlay(sample)
    found = await planned(sample)
    assert (await everything(sample), await overlay(sample)) == before
    assert len(found.offers) == 3
    for offer in found.offers:
        async with sample.unit() as unit:
            stored = await unit.plans.get(SLUG, offer.stored.id)
        assert stored.digest == offer.stored.digest == plan_digest(stored.body)
        assert stored.versions == {ref: version.hash for ref, version in sample.versions.items()}
        assert stored.overlay == before[1]


async def test_attending_time_is_covered_by_somebody_free(sample: Sample) -> None:
    """The only attending of Monday is away: both half-days go to people who have nothing there."""
    offer = await best(sample)
    assert [(s.slot, s.activity, s.points) for s in offer.plan.steps[:2]] == [
        (Slot(MONDAY, Part.AM), "AT", 0),
        (Slot(MONDAY, Part.PM), "AT", 0),
    ]
    assert offer.plan.before.supervision_short == 2
    assert offer.plan.after.supervision_short == 0


async def test_a_worker_process_plans_the_same(sample: Sample) -> None:
    """Where it is planned makes no difference."""
    here = await best(sample)
    request = CascadeRequest(("fac-05",), MONDAY, MONDAY, "away")
    there = (await plan_cascade(sample.unit, SLUG, request, LanePlanner(Lane()))).offers[0]
    assert there.plan == here.plan
    assert there.stored.digest == here.stored.digest


async def test_outside_the_schedule_there_is_nothing_to_plan(sample: Sample) -> None:
    """No plan, nothing stored, and a sentence that says where the data ends."""
    found = await planned(sample, start=dt.date(2027, 3, 1))
    assert found.offers == ()
    assert found.note is not None
    assert "2026-12-16" in found.note


async def test_the_past_can_be_planned_with_a_warning(sample: Sample) -> None:
    """Applying there needs break-glass, which the note says."""
    found = await planned(sample, start=MONDAY - days(14))
    assert found.note is not None
    assert "break_glass" in found.note


@pytest.mark.parametrize(
    ("people", "error"),
    [(("fac-5",), NotFoundError), (("pgy1-01",), InvalidError), (("fac-05", "nobody"), NotFoundError)],
)
async def test_only_faculty_who_are_known_are_covered(sample: Sample, people: tuple[str, ...], error: type) -> None:
    """Strangers are not found, residents are refused by name of the field."""
    with pytest.raises(error):
        await planned(sample, *people)


async def test_a_window_that_ends_before_it_starts_is_refused(sample: Sample) -> None:
    """The field is named."""
    with pytest.raises(InvalidError) as caught:
        await planned(sample, end=MONDAY - days(1))
    assert caught.value.details["field"] == "end"


async def test_reading_a_plan_says_what_moved_under_it(sample: Sample) -> None:
    """Nothing at first; the overlay after an override somewhere else."""
    offer = await best(sample)
    again, moved = await read_plan(sample.unit, SLUG, offer.stored.id)
    assert (again.plan, moved) == (offer.plan, {})
    await sample.overridden(override("fac-06", MONDAY, Part.AM, "GME", kind=None))
    _, moved = await read_plan(sample.unit, SLUG, offer.stored.id)
    assert moved == {"overlay": 1}


async def test_planning_is_on_record(sample: Sample) -> None:
    """An event of ids and dates, without the reason, in the same transaction."""
    offer = await best(sample)
    async with sample.unit() as unit:
        events = await unit.outbox.latest()
    (told,) = [e for e in events if e.kind == "plan.proposed"]
    assert offer.stored.id in told.payload["plans"]
    assert "away" not in str(told.payload)

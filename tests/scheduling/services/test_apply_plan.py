from __future__ import annotations

from typing import Any

import anyio
import pytest

from scheduling.model.absence import Absence
from scheduling.model.break_glass import BreakGlass
from scheduling.model.calendar import days
from scheduling.model.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError, StaleError, UserError
from scheduling.model.lifecycle import Move
from scheduling.model.override import OverrideType, Source
from scheduling.model.part import Part, Slot
from scheduling.model.proposal import PlanState
from scheduling.model.version import BlockSchedule
from scheduling.services.cascade import Offer
from scheduling.services.read_schedule import SlotState
from scheduling.services.revert import revert_override
from tests.program_sample import BLOCK_FIVE, FIVE, MONDAY, SLUG, Sample, override, schedule_of
from tests.scheduling.services.cover import applied, best, everything, overlay

GLASS = BreakGlass("emergency", "somebody fell ill")


async def state_of(sample: Sample, offer: Offer) -> PlanState:
    async with sample.unit() as unit:
        return (await unit.plans.get(SLUG, offer.stored.id)).state


async def test_a_plan_is_applied_whole(sample: Sample) -> None:
    """Every override of the plan stands, the touched slots are shown as they are now, the overlay moved once."""
    offer = await best(sample, end=MONDAY + days(2))
    done = await applied(sample, offer)
    covers = [s for s in offer.plan.steps if s.to]
    assert len(done.overrides) == len(offer.plan.overrides())
    assert (done.overlay, await overlay(sample)) == (1, 1)
    now = {(a.slot, a.base_person): a for a in (await everything(sample))[0]}
    for step in covers:
        slot = now[step.slot, step.person]
        assert (slot.person, slot.state) == (step.to, SlotState.COVERED)
        assert slot in done.slots
    assert await state_of(sample, offer) is PlanState.APPLIED


async def test_the_same_call_again_gives_the_same_result(sample: Sample) -> None:
    """With a key or without one; nothing is set twice."""
    for key in (None, "key-1"):
        offer = await best(sample, start=MONDAY + days(0 if key else 1))
        first = await applied(sample, offer, key=key)
        again = await applied(sample, offer, key=key)
        assert again.repeated
        assert (again.overrides, again.slots, again.overlay) == (first.overrides, first.slots, first.overlay)
        assert await overlay(sample) == first.overlay


async def test_another_key_or_caller_is_a_conflict(sample: Sample) -> None:
    """A plan is applied once."""
    offer = await best(sample)
    await applied(sample, offer, key="one")
    for more in ({"key": "two"}, {"key": "one", "caller": "somebody-else"}, {"key": "one", "digest": "0" * 64}):
        with pytest.raises(ConflictError):
            await applied(sample, offer, **more)
    assert await overlay(sample) == 1


async def test_a_strange_digest_is_stale(sample: Sample) -> None:
    """The digest is what was agreed to."""
    offer = await best(sample)
    await refused(sample, offer, StaleError, "digest", digest="0" * 64)


async def test_an_unknown_plan_is_not_found(sample: Sample) -> None:
    """Its id is no plan's."""
    offer = await best(sample)
    with pytest.raises(NotFoundError):
        await applied(sample, offer, plan="plan-000000000000")


async def refused(sample: Sample, offer: Offer, error: type[UserError], what: str, **more: Any) -> None:
    before, generation = await everything(sample), await overlay(sample)
    with pytest.raises(error) as caught:
        await applied(sample, offer, **more)
    assert what in str(caught.value) + str(caught.value.details)
    assert (await everything(sample), await overlay(sample)) == (before, generation)
    assert await state_of(sample, offer) is PlanState.PROPOSED


async def test_an_overlay_that_moved_makes_it_stale(sample: Sample) -> None:
    """Whatever was overridden; the error says so and says to plan again."""
    offer = await best(sample)
    await sample.overridden(override("fac-06", MONDAY + days(7), Part.AM, "GME", kind=OverrideType.CANCELLATION))
    await refused(sample, offer, StaleError, "overlay")


async def test_a_version_that_moved_makes_it_stale(sample: Sample) -> None:
    """Another version of a block it was made on went live: the block is named."""
    offer = await best(sample)
    cells = [c for c in schedule_of(BLOCK_FIVE) if c.activity != "GME"]
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        program = await unit.program(SLUG)
        other = await unit.versions.add(
            program, BlockSchedule.of(BLOCK_FIVE, cells, schedule_of(BLOCK_FIVE).rotations), origin="edit"
        )
        await unit.versions.move(SLUG, FIVE, expected=sample.versions[FIVE].hash, to=other.hash, why=Move.PUBLISH)
    await refused(sample, offer, StaleError, "2026/5")


async def test_a_replacement_who_fell_ill_makes_it_stale(sample: Sample) -> None:
    """Absences do not bind a plan, so every step is re-checked against them."""
    offer = await best(sample)
    taker = next(s.to for s in offer.plan.steps if s.to)
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.absences.add(SLUG, Absence("abs-x", str(taker), MONDAY, MONDAY))
    await refused(sample, offer, StaleError, f"{taker} is absent")


async def test_closed_dates_need_glass_and_a_role_that_may_break_it(sample: Sample) -> None:
    """The past is closed; an unknown code or a role without the right opens nothing."""
    offer = await best(sample, start=MONDAY - days(14))
    await refused(sample, offer, ForbiddenError, "closed")
    await refused(sample, offer, ForbiddenError, "glass", glass=GLASS, role="chief")
    await refused(sample, offer, InvalidError, "break_glass.code", glass=BreakGlass("because", "I say so"))
    done = await applied(sample, offer, glass=GLASS)
    assert done.overrides


async def test_two_who_apply_at_once_find_one_winner(sample: Sample) -> None:
    """Of two plans made on the same schedule one is applied, the other is stale; of one plan twice, one conflicts."""
    for turn in range(6):
        date = MONDAY + days(turn % 3 + 7 * (turn // 3))
        plans = [await best(sample, start=date), await best(sample, "fac-06", start=MONDAY + days(7 * turn))]
        offers = plans if turn % 2 else [plans[0], plans[0]]
        outcomes: list[str] = []

        async def one(offer: Offer, key: str, outcomes: list[str] = outcomes) -> None:
            try:
                await applied(sample, offer, key=key)
                outcomes.append("applied")
            except UserError as error:
                outcomes.append(error.code)

        generation = await overlay(sample)
        async with anyio.create_task_group() as group:
            group.start_soon(one, offers[0], f"{turn}-a")
            group.start_soon(one, offers[1], f"{turn}-b")
        assert sorted(outcomes) == ["applied", "stale" if turn % 2 else "conflict"]
        assert await overlay(sample) == generation + 1
        states = [(offer, await state_of(sample, offer)) for offer in offers]
        winner = next(offer for offer, state in states if state is PlanState.APPLIED)
        await revert_override(sample.unit, SLUG, plan=winner.stored.id)


async def test_reverting_a_plan_restores_slots_totals_and_hashes(sample: Sample) -> None:
    """Everything is as it was; a second time nothing more happens."""
    before = await everything(sample)
    offer = await best(sample, "fac-05", "fac-06", start=MONDAY, end=MONDAY + days(6))
    done = await applied(sample, offer)
    assert await everything(sample) != before
    reverted = await revert_override(sample.unit, SLUG, plan=offer.stored.id)
    assert {o.id for o in reverted.overrides} == {o.id for o in done.overrides}
    assert await everything(sample) == before
    assert await state_of(sample, offer) is PlanState.REVERTED
    generation = await overlay(sample)
    assert (await revert_override(sample.unit, SLUG, plan=offer.stored.id)).overrides == ()
    assert await overlay(sample) == generation
    with pytest.raises(ConflictError):
        await applied(sample, offer, key="again")


async def test_a_superseded_coverage_comes_back_with_the_plans_end(sample: Sample) -> None:
    """fac-07 covers for fac-05 and falls out: the plan supersedes the coverage, reverting restores the very same one."""
    standing = override("fac-05", MONDAY, Part.AM, "AT", "fac-07")
    await sample.overridden(standing)
    before = await everything(sample)
    offer = await best(sample, "fac-05", "fac-07")
    assert offer.plan.superseded == (standing.id,)
    await applied(sample, offer)
    now = {a.slot: a.person for a in (await everything(sample))[0] if a.base_person == "fac-05"}
    assert now[Slot(MONDAY, Part.AM)] not in ("fac-05", "fac-07")
    reverted = await revert_override(sample.unit, SLUG, plan=offer.stored.id)
    assert [o.id for o in reverted.restored] == [standing.id]
    assert await everything(sample) == before


async def test_what_took_the_place_of_a_superseded_coverage_stays(sample: Sample) -> None:
    """A plan half undone by hand is undone without touching what was set since."""
    standing = override("fac-05", MONDAY, Part.AM, "AT", "fac-07")
    await sample.overridden(standing)
    offer = await best(sample, "fac-05", "fac-07")
    done = await applied(sample, offer)
    mine = next(o for o in done.overrides if o.slot == Slot(MONDAY, Part.AM) and o.person == "fac-05")
    await revert_override(sample.unit, SLUG, override=mine.id)
    await sample.overridden(override("fac-05", MONDAY, Part.AM, "AT", "fac-08"))
    reverted = await revert_override(sample.unit, SLUG, plan=offer.stored.id)
    assert mine.id not in {o.id for o in reverted.overrides}
    now = {a.slot: a.person for a in (await everything(sample))[0] if a.base_person == "fac-05"}
    assert now[Slot(MONDAY, Part.AM)] == "fac-08"


async def test_applying_is_on_record(sample: Sample) -> None:
    """One event that names whom it concerns with the number of their cells, and one audit row of what changed."""
    offer = await best(sample)
    done = await applied(sample, offer)
    async with sample.unit() as unit:
        told = [e for e in await unit.outbox.latest() if e.kind == "plan.applied"]
    assert [e.payload["plan"] for e in told] == [offer.stored.id]
    assert set(told[0].payload["people"]) == {p for p, _ in offer.plan.touched}
    assert done.overrides[0].id.startswith("ovr-")
    assert Source.TEMPLATE in {a.source for a in done.slots}

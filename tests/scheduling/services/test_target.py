from __future__ import annotations

import datetime as dt

import pytest

from scheduling.model.errors import InvalidError, NotFoundError
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.plan import CascadePlan, Figures, Proof, Step
from scheduling.model.plan_body import body_of, plan_digest
from scheduling.model.proposal import StoredPlan
from scheduling.services.target import Target, roster_of
from tests.program_sample import FIVE, MONDAY, SLUG, Sample, override

DAY = Window(MONDAY, MONDAY)


@pytest.mark.parametrize("text", ["live", "version:abc", "plan:1", "stage:1", "run:1"])
def test_targets_read_as_they_are_written(text: str) -> None:
    """Every form comes back."""
    assert str(Target.parse(text)) == text


@pytest.mark.parametrize("text", ["", "live:1", "version", "version:", "draft:1", "plan"])
def test_other_texts_are_no_targets(text: str) -> None:
    """The refusal shows the forms."""
    with pytest.raises(InvalidError, match="version:ID"):
        Target.parse(text)


async def test_a_plan_is_read_as_if_it_were_applied(sample: Sample) -> None:
    """Its steps lie over the live overlay, in place of what they supersede; nothing is written."""
    standing, replaced = override("pgy1-01", MONDAY, Part.AM, "C"), override("fac-06", MONDAY, Part.AM, "GME")
    await sample.overridden(standing, replaced)
    nothing = Figures(0, 0, 0, 0, 0, 0)
    step = Step(
        "fac-06", Slot(MONDAY, Part.AM), "GME", OverrideType.COVERAGE, "fac-06", "fac-07", supersedes=replaced.id
    )
    plan = CascadePlan(
        absent=("fac-06",),
        window=DAY,
        steps=(step,),
        proof=Proof.OPTIMAL,
        bound=0,
        versions={FIVE: sample.versions[FIVE].hash},
        overlay=1,
        before=nothing,
        after=nothing,
    )
    body = body_of(plan)
    stored = StoredPlan("pln-1", "cascade", plan_digest(body), body, plan.versions, 1, "coord", dt.datetime.now(dt.UTC))
    async with sample.unit() as unit:
        await unit.lock(SLUG)
        await unit.plans.add(SLUG, stored)
    async with sample.unit() as unit:
        assert await unit.plans.get(SLUG, "pln-1") == stored
        planned = await roster_of(unit, SLUG, DAY, Target.parse("plan:pln-1"))
        live = await roster_of(unit, SLUG, DAY)
    slot = Slot(MONDAY, Part.AM)
    assert (planned.at("fac-07", slot), planned.at("pgy1-01", slot)) == ("GME", None)
    assert (live.at("fac-07", slot), live.at("pgy1-01", slot)) == (None, None)


@pytest.mark.parametrize("text", ["plan:none", "version:00000000", "stage:none", "run:none"])
async def test_a_target_that_does_not_exist_is_not_found(sample: Sample, text: str) -> None:
    """Whatever its kind."""
    async with sample.unit() as unit:
        with pytest.raises(NotFoundError):
            await roster_of(unit, SLUG, DAY, Target.parse(text))

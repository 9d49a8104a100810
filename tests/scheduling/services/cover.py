"""The way of a cover through the services, on the sample program."""

from __future__ import annotations

from typing import Any

from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.plan import CascadePlan
from scheduling.services.apply_plan import Applied, ApplyRequest, apply_plan
from scheduling.services.cascade import CascadeRequest, Offer, Planned, plan_cascade
from scheduling.services.override import OverrideRequest, SetOverride, set_override
from scheduling.services.read_schedule import read_schedule
from scheduling.solver.cascade_question import Question, answer
from tests.program_sample import BLOCK_FIVE, BLOCK_SIX, MONDAY, SLUG, Sample

WHOLE = Window(BLOCK_FIVE.start, BLOCK_SIX.end)


class HerePlanner:
    """Plans in this process."""

    async def plan(self, question: Question) -> tuple[CascadePlan, ...]:
        return answer(question)


async def planned(sample: Sample, *people: str, start: Any = MONDAY, end: Any = None, **more: Any) -> Planned:
    """Plans for an absence, by default of fac-05 on Monday."""
    request = CascadeRequest(people or ("fac-05",), start, end or start, "away", **more)
    return await plan_cascade(sample.unit, SLUG, request, HerePlanner())


async def best(sample: Sample, *people: str, **more: Any) -> Offer:
    """The cheapest plan."""
    return (await planned(sample, *people, **more)).offers[0]


async def applied(sample: Sample, offer: Offer, caller: str = "director", **more: Any) -> Applied:
    """Apply a plan with its own digest unless told otherwise; equal arguments are equal requests."""
    request = {"plan": offer.stored.id, "digest": offer.stored.digest, "role": "admin", **more}

    def unit() -> Any:
        return sample.unit(caller, tool="apply_plan", arguments=repr(sorted((k, str(v)) for k, v in request.items())))

    return await apply_plan(unit, SLUG, ApplyRequest(**request))


async def overridden(
    sample: Sample, person: str, part: Part, kind: str, to: str | None = None, **more: Any
) -> SetOverride:
    """Set an override by hand, on Monday unless another date is given."""
    slot = Slot(more.pop("date", MONDAY), part)
    request = OverrideRequest(person, slot, OverrideType(kind), "test", "admin", to, **more)
    return await set_override(sample.unit, SLUG, request)


async def everything(sample: Sample) -> tuple[Any, ...]:
    """Every slot of the effective schedule, the totals, the version hashes."""
    async with sample.unit() as unit:
        view = await read_schedule(unit, SLUG, WHOLE)
    return view.assignments, view.totals, view.roster.versions


async def overlay(sample: Sample) -> int:
    """The overlay's generation."""
    async with sample.unit() as unit:
        return (await unit.programs.state(SLUG)).overlay

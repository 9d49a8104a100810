"""A cover plan as tools and resources send it. Penalties and costs are in the policy's units, exact to the hundredth."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Self

from pydantic import ConfigDict, Field

from auth.fields import PartName
from auth.shapes import SlotShape
from auth.wire import Shape
from scheduling.model.override import Override, OverrideType
from scheduling.model.plan import CascadePlan, Figures, Release, Step
from scheduling.services.cascade import Offer

_HUNDRED = 100


class ReleaseShape(SlotShape):
    """A replacement's own slot that is given up first."""

    activity: str
    type: str

    @classmethod
    def given_up(cls, release: Release) -> Self:
        """The slot as it is written."""
        return cls(
            date=release.slot.date,
            part=release.slot.part.name,
            person=release.person,
            activity=release.activity,
            type=release.type.value,
        )


class StepShape(Shape):
    """One override of the plan. `slot` is the assignment, `from` who does it now, `to` the replacement."""

    model_config = ConfigDict(extra="forbid", frozen=True, serialize_by_alias=True)

    slot: SlotShape
    activity: str
    type: str
    from_: str = Field(alias="from")
    to: str | None = None
    releases: tuple[ReleaseShape, ...] | None = None
    penalty: float
    charges: dict[str, float] | None = None
    depth: int | None = None
    supersedes: str | None = None
    warnings: tuple[str, ...] | None = None

    @classmethod
    def of(cls, step: Step, *, detailed: bool) -> Self:
        """The step; in detail with the figures its penalty adds up from."""
        charges = {c.name: c.points / _HUNDRED for c in step.charges} if detailed else None
        return cls(
            slot=SlotShape.of(step.slot, step.person),
            activity=step.activity,
            type=step.type.value,
            **{"from": step.held_by},
            to=step.to,
            releases=tuple(ReleaseShape.given_up(r) for r in step.releases) or None,
            penalty=step.points / _HUNDRED,
            charges=charges or None,
            depth=step.depth if detailed or step.depth > 1 else None,
            supersedes=step.supersedes,
            warnings=step.warnings or None,
        )


class GapShape(Shape):
    """A duty that stays visibly unfilled: critical when it is missed, minor when nothing depends on it."""

    slot: SlotShape
    activity: str
    severity: str

    @classmethod
    def of(cls, step: Step) -> Self:
        """The gap a step leaves."""
        missed = any(c.name in ("gap", "procedure") for c in step.charges)
        severity = "critical" if missed else "minor"
        return cls(slot=SlotShape.of(step.slot, step.person), activity=step.activity, severity=severity)


class FiguresShape(Shape):
    """Missing attendings, slots over the room limits, duties nobody does, findings of must rules and hours among them."""

    supervision_short: int
    rooms_over: int
    rooms_soft: int
    uncovered: int
    must: int
    hours: int

    @classmethod
    def of(cls, figures: Figures) -> Self:
        """The figures as they are written."""
        return cls(**dataclasses.asdict(figures))


class PlanShape(Shape):
    """A plan. An alternative may list only the steps that differ from the first plan's: `same` counts the others."""

    plan: str
    digest: str
    cost: float
    proof: str
    bound: float | None = None
    steps: tuple[StepShape, ...]
    same: int | None = None
    gaps: tuple[GapShape, ...]
    sacrificed: tuple[ReleaseShape, ...]
    left_alone: int | None = None
    before: FiguresShape | None = None
    after: FiguresShape | None = None

    @classmethod
    def of(cls, offer: Offer, *, detailed: bool = True, beside: CascadePlan | None = None) -> Self:
        """The plan in full, or beside the first one only where it differs."""
        plan = offer.plan
        known = set(beside.steps) if beside else set()
        steps = [s for s in plan.steps if s not in known]
        return cls(
            plan=offer.stored.id,
            digest=offer.stored.digest,
            cost=plan.points / _HUNDRED,
            proof=plan.proof.value,
            bound=None if plan.bound == plan.points else plan.bound / _HUNDRED,
            steps=tuple(StepShape.of(s, detailed=detailed) for s in steps),
            same=len(plan.steps) - len(steps) if beside else None,
            gaps=tuple(GapShape.of(s) for s in plan.gaps),
            sacrificed=tuple(ReleaseShape.given_up(r) for r in plan.sacrificed),
            left_alone=plan.left or None,
            before=FiguresShape.of(plan.before) if beside is None else None,
            after=FiguresShape.of(plan.after) if beside is None or plan.after != beside.after else None,
        )


class OverrideShape(Shape):
    """An override as it was set."""

    id: str
    person: str
    date: dt.date
    part: PartName
    activity: str
    type: str
    replacement: str | None = None
    plan: str | None = None

    @classmethod
    def of(cls, override: Override) -> Self:
        """The override as it is written."""
        return cls(
            id=override.id,
            person=override.person,
            date=override.slot.date,
            part=override.slot.part.name,
            activity=override.activity,
            type=override.type.value,
            replacement=override.replacement,
            plan=override.plan,
        )


def summary(plan: CascadePlan) -> str:
    """What applying the plan does, in one sentence."""
    kinds = [s.type for s in plan.steps] + [r.type for s in plan.steps for r in s.releases]
    covers, cancelled, gaps = (
        kinds.count(k) for k in (OverrideType.COVERAGE, OverrideType.CANCELLATION, OverrideType.GAP)
    )
    people = len({p for p, _ in plan.touched})
    return f"{covers} covers, {cancelled} cancellations and {gaps} gaps for {people} people, {plan.dates}"

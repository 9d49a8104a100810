"""`explain_assignment`: why a person has a slot, and why not another person or activity."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from auth.fields import Day, PartName, PersonId, TargetName
from auth.shapes import ChangeShape
from auth.wire import Shape
from scheduling.model.part import Part, Slot, Window
from scheduling.rules.rule import Tier
from scheduling.services.explain_assignment import AssignmentView, Weigher, explain_assignment
from scheduling.services.target import LIVE, Target
from scheduling.solver.choice import Cost, Delta, Proof, Standing, Weighed
from tools.tool import Args, AsOf, Call, Detail, Effect, Result, Scope, Tool

DESCRIPTION = (
    "Explain why a person has a slot, and why not the alternative: another person for the same duty (a call with its post-call "
    "time, an inpatient week as a whole), another activity, or, without why_not, the best of all others. Solves with what stands "
    "and with the alternative forced. forbidden: no schedule has it, rules say why; costlier: cost_delta by tier, proved; equal: "
    "as good (negative: better), other cells move; free: no other cell moves, nothing costs more. proof says what was frozen; "
    "bound: not proved to the end."
)


class ExplainAssignmentArgs(Args):
    """The slot and the alternative."""

    person: Annotated[PersonId, Field(description="Person id.")]
    date: Annotated[Day, Field(description="Date; a night belongs to its evening.")]
    part: Annotated[PartName, Field(description="Day part.")]
    why_not: Annotated[
        str | None, Field(min_length=1, max_length=60, description="Another person's id or an activity code.")
    ] = None
    target: Annotated[TargetName | None, Field(description="Default live.")] = None
    detail: Annotated[Detail, Field(description="How much to return.")] = Detail.CONCISE


class StandingShape(Shape):
    """What stands in the slot; `locked` names the source or override that holds it (null: a solve may move it)."""

    person: str
    date: str
    part: PartName
    activity: str | None
    source: str | None
    locked: str | None

    @classmethod
    def of(cls, view: AssignmentView, standing: Standing | None) -> StandingShape:
        """What stands, as it is written."""
        slot = view.slot
        return cls(
            person=view.person,
            date=str(slot.date),
            part=slot.part.name,
            activity=standing.activity if standing else None,
            source=standing.source.value if standing and standing.source else None,
            locked=standing.locked if standing else None,
        )


class GroundShape(Shape):
    """A rule, or a term of the objective, and its facts; `choice` is what the solver offers at all."""

    id: str
    message: str


class DeltaShape(Shape):
    """What the alternative costs more, by tier in their order; `tier` is the first that differs (null: none)."""

    tier: str | None
    safety: int
    training: int
    operations: int
    preference: int

    @classmethod
    def of(cls, delta: Delta) -> DeltaShape:
        """The difference as it is written."""
        by_tier = {tier.value: amount for tier, amount in zip(Tier, delta.by_tier, strict=True)}
        return cls(tier=delta.tier.value if delta.tier else None, **by_tier)


class ProofShape(Shape):
    """Objectives and bounds by tier of both solves (left out where none was needed), the effort, and what was frozen."""

    kind: Literal["optimal", "bound"]
    now: tuple[int, ...] | None = None
    now_bound: tuple[int, ...] | None = None
    forced: tuple[int, ...] | None = None
    forced_bound: tuple[int, ...] | None = None
    effort: float
    digest: str
    frozen: str

    @classmethod
    def of(cls, proof: Proof) -> ProofShape:
        """The proof as it is written."""
        return cls(
            kind="optimal" if proof.optimal else "bound",
            now=_objective(proof.now),
            now_bound=_bound(proof.now),
            forced=_objective(proof.forced),
            forced_bound=_bound(proof.forced),
            effort=round(proof.effort, 4),
            digest=proof.digest,
            frozen=proof.frozen,
        )


def _objective(cost: Cost | None) -> tuple[int, ...] | None:
    return None if cost is None else cost.objective


def _bound(cost: Cost | None) -> tuple[int, ...] | None:
    return None if cost is None else cost.bound


class ExplainAssignmentResult(Result):
    """The verdict on the alternative (null outside the data). `moves`: other cells that change in the nearest schedule with it."""

    trims = ("changes",)

    slot: StandingShape
    why: tuple[str, ...]
    alternative: str | None
    verdict: Literal["forbidden", "costlier", "equal", "free"] | None
    summary: str | None
    rules: tuple[GroundShape, ...]
    cost_delta: DeltaShape | None = None
    moves: int | None = None
    changes: tuple[ChangeShape, ...] | None = None
    proof: ProofShape | None = None


async def handle(args: ExplainAssignmentArgs, call: Call) -> ExplainAssignmentResult:
    """Weigh the choice."""
    target = Target.parse(args.target) if args.target else LIVE
    slot = Slot(args.date, Part[args.part])
    weigher = call.port(Weigher)  # type: ignore[type-abstract]  # ports are looked up by their protocol
    view = await explain_assignment(
        call.unit, call.program, args.person, slot, weigher, why_not=args.why_not, target=target
    )
    as_of = AsOf.of(view.roster, call, Window(slot.date, slot.date))
    if view.weighed is None:
        return ExplainAssignmentResult(
            slot=StandingShape.of(view, None),
            why=(),
            alternative=None,
            verdict=None,
            summary=None,
            rules=(),
            as_of=as_of,
            note=view.note,
        )
    return _result(view, view.weighed, as_of, detailed=args.detail is Detail.DETAILED)


def _result(view: AssignmentView, found: Weighed, as_of: AsOf, *, detailed: bool) -> ExplainAssignmentResult:
    few = found.grounds if detailed else found.grounds[:_FEW]
    return ExplainAssignmentResult(
        slot=StandingShape.of(view, found.standing),
        why=found.standing.sentences,
        alternative=found.alternative,
        verdict=found.verdict.value,
        summary=found.summary,
        rules=tuple(GroundShape(id=g.id, message=g.message) for g in few),
        cost_delta=None if found.delta is None else DeltaShape.of(found.delta),
        moves=found.moves,
        changes=tuple(ChangeShape.of(c) for c in found.changes) if detailed and found.changes else None,
        proof=ProofShape.of(found.proof),
        as_of=as_of,
    )


_FEW = 6
"""Rules of a concise answer."""

TOOL = Tool(
    "explain_assignment",
    "Explain assignment",
    DESCRIPTION,
    ExplainAssignmentArgs,
    ExplainAssignmentResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

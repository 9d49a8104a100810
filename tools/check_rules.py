"""`check_rules`: examine the set of rules on one block, change nothing."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Self

from pydantic import Field

from auth.fields import BlockName
from auth.run_shapes import ConditionShape
from scheduling.services.check_rules import Examined, Examiner, check_rules
from scheduling.services.draft_policy import LARGEST
from scheduling.solver.examine.question import Condition, Conflict, Dependency, Row, Warn
from tools.tool import Args, AsOf, Call, Detail, Effect, Result, Scope, Shape, Tool

DESCRIPTION = (
    "Examine a program's rules on one block, or a draft policy before it is adopted: contradictions with a verified minimal "
    "set, which rule reads what another decides, cycles, what each rule costs, estimated solve time, and warnings (capacity, "
    "duty hours, drowned weights, rules without effect). Changes nothing."
)


class CheckRulesArgs(Args):
    """The block, and what to examine instead of the policy in force."""

    block: Annotated[BlockName | None, Field(description="Such as 2025/10; default: the current one.")] = None
    draft_policy: Annotated[
        str | None,
        Field(min_length=1, max_length=LARGEST, description="TOML or JSON, may be partial; needs schedule:propose."),
    ] = None
    detail: Annotated[Detail, Field(description="How much to return.")] = Detail.CONCISE


class ConflictShape(Shape):
    """A minimal set that cannot hold together. `kind`: hard, recorded (a recorded cell stands against it), demand."""

    kind: str
    stage: str
    rules: tuple[str, ...]
    conditions: tuple[ConditionShape, ...]
    verified: bool

    @classmethod
    def of(cls, conflict: Conflict) -> Self:
        """The conflict as it is written."""
        conditions = tuple(condition(c) for c in conflict.conditions)
        return cls(
            kind=conflict.strength.value,
            stage=conflict.stage,
            rules=conflict.rules,
            conditions=conditions,
            verified=conflict.verified,
        )


class DependencyShape(Shape):
    """`rule` reads what `reads` asks for, over so many decisions."""

    rule: str
    reads: str
    activities: tuple[str, ...]
    decisions: int

    @classmethod
    def of(cls, found: Dependency) -> Self:
        """The dependency as it is written."""
        return cls(rule=found.rule, reads=found.reads, activities=found.activities, decisions=found.decisions)


class ProfileShape(Shape):
    """A rule in the built models. `share` of all terms; `removes` choices taken away; `saves`: effort without it."""

    rule: str
    enforcement: str
    variables: int
    constraints: int
    weight: int | None
    share: float
    removes: int | None = None
    saves: float | None = None

    @classmethod
    def of(cls, row: Row) -> Self:
        """The row as it is written."""
        return cls(
            rule=row.rule,
            enforcement=row.enforcement,
            variables=row.variables,
            constraints=row.constraints,
            weight=row.weight,
            share=round(row.share, 4),
            removes=row.removes or None,
            saves=None if row.saves is None else round(row.saves, 4),
        )


class WarningShape(Shape):
    """What to know: hours, capacity, weights, no_effect, off, data, unproved."""

    kind: str
    rules: tuple[str, ...]
    message: str
    people: tuple[str, ...] | None = None
    dates: tuple[dt.date, ...] | None = None

    @classmethod
    def of(cls, warn: Warn) -> Self:
        """The warning as it is written."""
        return cls(
            kind=warn.about.value,
            rules=warn.rules,
            message=warn.message,
            people=warn.people or None,
            dates=warn.dates or None,
        )


class CheckRulesResult(Result):
    """The examination. `feasible` as a solve would say (it keeps recorded cells), else `core` says why not."""

    trims = ("profile", "dependencies", "chains", "warnings", "conflicts", "cycles")

    block: str
    feasible: bool | None
    core: tuple[ConditionShape, ...]
    conflicts: tuple[ConflictShape, ...]
    warnings: tuple[WarningShape, ...]
    costliest: tuple[str, ...]
    estimate_s: float | None
    cycles: tuple[tuple[str, ...], ...]
    chains: tuple[tuple[str, ...], ...]
    dependencies: tuple[DependencyShape, ...]
    profile: tuple[ProfileShape, ...]
    complete: bool


def condition(found: Condition) -> ConditionShape:
    """A condition as it is written."""
    dates = tuple(d.isoformat() for d in found.dates)
    return ConditionShape(rule=found.rule, people=found.people, dates=dates, message=found.message)


async def handle(args: CheckRulesArgs, call: Call) -> CheckRulesResult:
    """Examine."""
    examiner = call.port(Examiner)  # type: ignore[type-abstract]  # ports are looked up by their protocol
    examined = await check_rules(call.unit, call.program, examiner, block=args.block, draft=args.draft_policy)
    return _result(examined, call)


def _result(examined: Examined, call: Call) -> CheckRulesResult:
    found = examined.found
    return CheckRulesResult(
        block=str(examined.block.ref),
        feasible=None if found is None else found.feasible,
        core=() if found is None else tuple(condition(c) for c in found.core),
        conflicts=() if found is None else tuple(ConflictShape.of(c) for c in found.conflicts),
        warnings=() if found is None else tuple(WarningShape.of(w) for w in found.warnings),
        costliest=() if found is None else found.costliest,
        estimate_s=None if found is None else found.estimate,
        cycles=() if found is None else found.cycles,
        chains=() if found is None else found.chains,
        dependencies=() if found is None else tuple(DependencyShape.of(d) for d in found.dependencies),
        profile=() if found is None else tuple(ProfileShape.of(r) for r in found.profile),
        complete=found is not None and found.complete,
        as_of=AsOf.of(examined.roster, call, examined.block.window),
        note=examined.note,
    )


def needed(args: CheckRulesArgs) -> set[Scope]:
    """A draft is a proposal."""
    return {Scope.SCHEDULE_PROPOSE} if args.draft_policy is not None else set()


TOOL = Tool(
    "check_rules",
    "Check rules",
    DESCRIPTION,
    CheckRulesArgs,
    CheckRulesResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
    also=needed,
)

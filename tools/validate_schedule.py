"""`validate_schedule`: measure a schedule against its duty-hour and program rules."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.fields import BlockName, Day, PersonId, TargetName
from auth.finding_shapes import (
    CheckedShape,
    CountsShape,
    ExceptionShape,
    FindingShape,
    MissingShape,
    RiskShape,
    VerdictShape,
)
from scheduling.rules.finding import Binding
from scheduling.services.asked_window import window_of
from scheduling.services.target import Target
from scheduling.services.validate import ValidationView, named_on, validate
from tools.tool import AsOf, Call, Detail, Effect, ListArgs, Next, Result, Scope, Tool

DESCRIPTION = (
    "Measure a schedule against duty-hour and program rules, for a block or from start to end; averages are taken by "
    "rotation, so a finding may reach beyond the window. Findings are must, should or policy; compliant means no unwaived "
    "must. Risks are metrics, never verdicts; missing is what no version records. Filter with rules and people. "
    "Next: explain_violation for a finding's id."
)


class ValidateArgs(ListArgs):
    """Which part of which schedule, against which rules."""

    start: Annotated[Day | None, Field(description="First date.")] = None
    end: Annotated[Day | None, Field(description="Last date, inclusive.")] = None
    block: Annotated[BlockName | None, Field(description="Instead of dates, such as 2025/10.")] = None
    target: Annotated[TargetName, Field(description="live, version:ID, plan:ID, stage:ID or run:ID.")] = "live"
    rules: Annotated[
        tuple[Annotated[str, Field(max_length=40)], ...], Field(max_length=80, description="Only these rule ids.")
    ] = ()
    people: Annotated[tuple[PersonId, ...], Field(max_length=200, description="Only these ids.")] = ()


class ValidateResult(Result):
    """The verdict and everything behind it, findings by binding, rule and date."""

    pages = "findings"
    trims = ("risk", "exceptions", "next")

    compliant: bool
    counts: CountsShape
    findings: tuple[FindingShape, ...]
    risk: tuple[RiskShape, ...]
    exceptions: tuple[ExceptionShape, ...] | None = None
    missing: MissingShape
    checked: CheckedShape


async def handle(args: ValidateArgs, call: Call) -> ValidateResult:
    """Validate the window asked for."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
        view = await validate(
            unit,
            call.program,
            window_of(program.calendar, args.start, args.end, args.block),
            target=Target.parse(args.target),
            rules=args.rules or None,
            people=args.people or None,
        )
    verdict = VerdictShape.of(view, call.access, rule_ids=args.detail is Detail.DETAILED)
    return ValidateResult(
        **dict(verdict),
        as_of=AsOf.of(view.roster, call, view.report.window),
        note=view.note,
        next=_next(view, call),
    )


def _next(view: ValidationView, call: Call) -> tuple[Next, ...] | None:
    """Explain the first unwaived must."""
    for name, finding in zip(view.report.ids, view.report.findings, strict=True):
        if finding.binding is Binding.MUST and name not in view.waivers:
            arguments = {"program": call.program, "finding": named_on(name, view.target)}
            return (Next(tool="explain_violation", arguments=arguments, why="see the arithmetic and remedies"),)
    return None


TOOL = Tool(
    "validate_schedule",
    "Validate schedule",
    DESCRIPTION,
    ValidateArgs,
    ValidateResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

"""`explain_violation`: why a finding is one, and what would remedy it."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from auth.fields import TargetName
from auth.finding_shapes import FindingShape
from auth.shapes import ChangeShape
from auth.wire import Shape
from scheduling.rules.explanation import Entry
from scheduling.rules.remedy import Remedy
from scheduling.services.explain import ExplanationView, explain_finding
from scheduling.services.target import Target
from scheduling.services.validate import named_on
from tools.tool import AsOf, Call, Detail, Effect, ListArgs, Result, Scope, Tool

DESCRIPTION = (
    "Explain one finding by its id from validate_schedule: the rule's text and citation, the arithmetic, the timeline with "
    "clock times and what locks each cell, and remedies. Each remedy (drop, move, swap, cover, set) was verified: it removes "
    "the finding, brings no must and no gap, and states its cost; blocked says what stands in the way of the other kinds."
)


class ExplainArgs(ListArgs):
    """The finding."""

    finding: Annotated[str, Field(min_length=1, max_length=300, description="Id from validate_schedule.")]
    target: Annotated[TargetName | None, Field(description="Default: what it was found on.")] = None


class RuleShape(Shape):
    """The rule that is broken."""

    id: str
    title: str
    citation: str
    text: str


class LineShape(Shape):
    """One line of the arithmetic."""

    label: str
    value: str


class EntryShape(Shape):
    """A stretch of work or leave in wall-clock time; `locked` names the source, override or record that holds it (null: free)."""

    person: str
    start: str
    end: str
    activity: str
    hours: float
    locked: str | None

    @classmethod
    def of(cls, entry: Entry) -> EntryShape:
        """The entry as it is written."""
        return cls(
            person=entry.person,
            start=entry.start.isoformat(timespec="minutes"),
            end=entry.end.isoformat(timespec="minutes"),
            activity=entry.activity,
            hours=round(float(entry.hours), 2),
            locked=entry.locked,
        )


class RemedyShape(Shape):
    """A verified remedy: finding ids it removes and brings, and its cost in penalty points."""

    kind: str
    changes: tuple[ChangeShape, ...]
    cost: float
    removes: tuple[str, ...]
    introduces: tuple[str, ...]
    verified: bool

    @classmethod
    def of(cls, remedy: Remedy) -> RemedyShape:
        """The remedy as it is written."""
        return cls(
            kind=remedy.kind.value,
            changes=tuple(ChangeShape.of(c) for c in remedy.changes),
            cost=float(remedy.cost),
            removes=remedy.removes,
            introduces=remedy.introduces,
            verified=True,
        )


class ExplainResult(Result):
    """The explanation. `blocked` has the kinds of remedy there is none of, and why."""

    pages = "timeline"

    rule: RuleShape
    finding: FindingShape
    arithmetic: tuple[LineShape, ...]
    timeline: tuple[EntryShape, ...]
    remedies: tuple[RemedyShape, ...]
    blocked: dict[str, str]


async def handle(args: ExplainArgs, call: Call) -> ExplainResult:
    """Explain the finding."""
    async with call.unit() as unit:
        target = Target.parse(args.target) if args.target else None
        view = await explain_finding(unit, call.program, args.finding, target)
    return _result(view, args, call)


def _result(view: ExplanationView, args: ExplainArgs, call: Call) -> ExplainResult:
    told, shown = view.explanation, view.remedies.found
    few = shown if args.detail is Detail.DETAILED else shown[:_CONCISE]
    name = args.finding.partition("@")[0]
    return ExplainResult(
        rule=RuleShape(id=told.rule.id, title=told.rule.title, citation=told.rule.citation, text=told.rule.text),
        finding=FindingShape.of(named_on(name, view.target), told.finding),
        arithmetic=tuple(LineShape(label=line.label, value=line.value) for line in told.arithmetic),
        timeline=tuple(EntryShape.of(e) for e in told.timeline),
        remedies=tuple(RemedyShape.of(r) for r in few),
        blocked={kind.value: why for kind, why in view.remedies.blocked.items()},
        as_of=AsOf.of(view.roster, call, told.finding.window),
        note=None if shown else "No remedy was found; blocked says why, kind by kind.",
    )


_CONCISE = 2
"""Remedies of a concise answer; a detailed one has all that were verified."""

TOOL = Tool(
    "explain_violation",
    "Explain violation",
    DESCRIPTION,
    ExplainArgs,
    ExplainResult,
    scopes={Scope.SCHEDULE_READ},
    effect=Effect.READ,
    handle=handle,
)

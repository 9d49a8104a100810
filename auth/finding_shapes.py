"""Findings and risks as tools and resources send them."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Self

from auth.fields import PartName
from auth.principal import Access
from auth.scopes import Scope
from auth.wire import Shape
from scheduling.model.waiver import Waiver
from scheduling.rules.finding import Finding, FindingKind
from scheduling.rules.risk import Risk
from scheduling.rules.stays import Stay
from scheduling.services.validate import ValidationView, named_on


class WaivedShape(Shape):
    """Who accepted a finding, why, and until when."""

    by: str
    reason: str | None = None
    until: dt.date | None = None

    @classmethod
    def of(cls, waiver: Waiver | None, *, sensitive: bool) -> Self | None:
        """The waiver; its reason is somebody's words, and may tell why the person of the finding is away."""
        if waiver is None:
            return None
        return cls(by=waiver.made_by, reason=waiver.reason if sensitive else None, until=waiver.until)


class FindingShape(Shape):
    """One broken rule at one place; `gap` marks something visibly missing rather than something wrong."""

    id: str
    rule: str
    citation: str
    binding: str
    person: str | None = None
    start: dt.date
    end: dt.date
    part: PartName | None = None
    value: float
    limit: float
    unit: str
    message: str
    gap: bool | None = None
    waived: WaivedShape | None = None

    @classmethod
    def of(cls, name: str, finding: Finding, waiver: Waiver | None = None, *, sensitive: bool = False) -> Self:
        """The finding under its id; why it was accepted is there only where `sensitive` things may be shown."""
        return cls(
            id=name,
            rule=finding.rule,
            citation=finding.citation,
            binding=finding.binding.value,
            person=finding.person,
            start=finding.start,
            end=finding.end,
            part=finding.part.name if finding.part is not None else None,
            value=_shown(finding.value),
            limit=_shown(finding.limit),
            unit=finding.unit,
            message=finding.message,
            gap=True if finding.kind is FindingKind.GAP else None,
            waived=WaivedShape.of(waiver, sensitive=sensitive),
        )


class RiskShape(Shape):
    """One risk metric of one person at its worst; never a verdict."""

    id: str
    person: str
    start: dt.date
    end: dt.date
    value: float
    limit: float
    unit: str
    message: str
    over: bool

    @classmethod
    def of(cls, risk: Risk) -> Self:
        """The risk as it is written."""
        return cls(
            id=risk.id,
            person=risk.person,
            start=risk.start,
            end=risk.end,
            value=_shown(risk.value),
            limit=_shown(risk.limit),
            unit=risk.unit,
            message=risk.message,
            over=risk.over,
        )


class ExceptionShape(Shape):
    """A stay on record (acgme.6.23): never scheduled, its hours count; `reason` says whether one is on record."""

    record: str
    person: str
    start: str
    end: str
    hours: float
    reason: bool

    @classmethod
    def of(cls, stay: Stay) -> Self:
        """The stay as it is written."""
        return cls(
            record=stay.record,
            person=stay.person,
            start=stay.start.isoformat(timespec="minutes"),
            end=stay.end.isoformat(timespec="minutes"),
            hours=_shown(stay.hours),
            reason=stay.reasoned,
        )


class CountsShape(Shape):
    """Findings by binding and by rule."""

    must: int
    should: int
    policy: int
    by_rule: dict[str, int]


class MissingShape(Shape):
    """What no version records, apart from gaps: nights, FMIT days, people without a single cell."""

    nights: tuple[dt.date, ...]
    fmit_days: tuple[dt.date, ...] | None = None
    people: tuple[str, ...]


class CheckedShape(Shape):
    """What was looked at."""

    people: int
    days: int
    rules: int
    rule_ids: tuple[str, ...] | None = None


class VerdictShape(Shape):
    """A validation: verdict, counts, findings by binding, rule and date, risks, stays on record, what is missing, what was looked at."""

    compliant: bool
    counts: CountsShape
    findings: tuple[FindingShape, ...]
    risk: tuple[RiskShape, ...]
    exceptions: tuple[ExceptionShape, ...] | None = None
    missing: MissingShape
    checked: CheckedShape

    @classmethod
    def of(cls, view: ValidationView, access: Access, *, rule_ids: bool = False) -> Self:
        """The view as this caller may see it; ids found on something that is not live say on what."""
        report = view.report
        counts = {binding.value: count for binding, count in report.counts.items()}
        return cls(
            compliant=view.compliant,
            counts=CountsShape(**counts, by_rule=dict(report.by_rule)),
            findings=tuple(
                FindingShape.of(
                    named_on(name, view.target),
                    finding,
                    view.waivers.get(name),
                    sensitive=_sees_reason(access, finding.person),
                )
                for name, finding in zip(report.ids, report.findings, strict=True)
            ),
            risk=tuple(RiskShape.of(r) for r in report.risk),
            exceptions=tuple(ExceptionShape.of(s) for s in report.exceptions) or None,
            missing=MissingShape(
                nights=report.missing.nights,
                fmit_days=report.missing.fmit_days or None,
                people=report.missing.people,
            ),
            checked=CheckedShape(
                people=len(report.checked.people),
                days=report.checked.days,
                rules=len(report.checked.rules),
                rule_ids=report.checked.rules if rule_ids else None,
            ),
        )


def _sees_reason(access: Access, person: str | None) -> bool:
    """As with the reasons of absences and overrides: who may see the program's, and the person the finding concerns."""
    return access.may(Scope.PEOPLE_ABSENCE) if person is None else access.sees(Scope.PEOPLE_ABSENCE, person)


def _shown(value: Fraction) -> float:
    return round(float(value), 2)

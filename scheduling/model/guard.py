"""The diff guard: how much of a published schedule one publication may change (domain.md §10)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduling.model.calendar import BlockRef
from scheduling.model.diff import Diff
from scheduling.model.policy import GuardFigures


class Verdict(StrEnum):
    """What the guard says: a warning lets through once it is acknowledged, a rejection never does."""

    PASS = "pass"  # noqa: S105 - a verdict, no password
    WARN = "warn"
    REJECT = "reject"


class Measure(StrEnum):
    """What a cause is measured by."""

    CHURN = "churn"
    PERSON_CHURN = "person_churn"
    RIGIDITY = "rigidity"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True)
class Cause:
    """One limit that a publication passes. `value` and `limit` are exact; `block` is None for a measure over all."""

    measure: Measure
    level: Verdict
    value: Fraction
    limit: Fraction
    block: BlockRef | None = None
    person: str | None = None

    @property
    def id(self) -> str:
        """A name that stays the same while the cause does: what a flag is acknowledged by."""
        return ":".join(str(p) for p in ("guard", self.measure, self.block, self.person) if p is not None)

    @property
    def message(self) -> str:
        """One sentence with the figures."""
        where = f" in block {self.block}" if self.block else ""
        match self.measure:
            case Measure.PEOPLE:
                return f"{int(self.value)} people are touched, more than {int(self.limit)}"
            case Measure.RIGIDITY:
                return f"rigidity{where} is {_two(self.value)}, below {_two(self.limit)}"
            case Measure.PERSON_CHURN:
                return f"churn of {self.person}{where} is {_two(self.value)}, above {_two(self.limit)}"
            case Measure.CHURN:
                return f"churn{where} is {_two(self.value)}, above {_two(self.limit)}"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict with every cause, rejections first."""

    causes: tuple[Cause, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The worst level among the causes."""
        levels = {c.level for c in self.causes}
        return next((v for v in (Verdict.REJECT, Verdict.WARN) if v in levels), Verdict.PASS)


def judge(diffs: Mapping[BlockRef, Diff], figures: GuardFigures) -> Judgement:
    """Judge a publication of one or several blocks.

    Churn and rigidity are judged block by block, so that quiet blocks never hide a loud one; the people touched are
    counted once over all of them.
    """
    causes = [c for ref, diff in sorted(diffs.items()) for c in _of_block(ref, diff, figures)]
    touched = len({p for diff in diffs.values() for p in diff.touched})
    if touched > figures.people_warn:
        causes.append(Cause(Measure.PEOPLE, Verdict.WARN, Fraction(touched), Fraction(figures.people_warn)))
    return Judgement(tuple(_worst_first(causes)))


def _of_block(ref: BlockRef, diff: Diff, figures: GuardFigures) -> Iterator[Cause]:
    limit = exact(figures.churn_reject)
    if diff.share.churn > limit:
        yield Cause(Measure.CHURN, Verdict.REJECT, diff.share.churn, limit, ref)
    limit = exact(figures.rigidity_reject)
    if diff.share.rigidity < limit:
        yield Cause(Measure.RIGIDITY, Verdict.REJECT, diff.share.rigidity, limit, ref)
    reject, warn = exact(figures.person_churn_reject), exact(figures.person_churn_warn)
    for person, share in sorted(diff.people.items()):
        if share.churn > reject:
            yield Cause(Measure.PERSON_CHURN, Verdict.REJECT, share.churn, reject, ref, person)
        elif share.churn > warn:
            yield Cause(Measure.PERSON_CHURN, Verdict.WARN, share.churn, warn, ref, person)


def exact(figure: float) -> Fraction:
    """The figure as it is written: 0.80 is four fifths, so that exactly four fifths is not below it."""
    return Fraction(str(figure))


def _worst_first(causes: Iterable[Cause]) -> list[Cause]:
    return sorted(causes, key=lambda c: c.level is not Verdict.REJECT)


def _two(value: Fraction) -> str:
    text = f"{float(value):.4f}".rstrip("0")
    return text.ljust(text.index(".") + 3, "0")

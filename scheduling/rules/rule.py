"""What a rule is: one identity, one checker, one explanation, the remedies it can propose, and its true enforcement."""

from __future__ import annotations

import datetime as dt
import functools
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import ClassVar

from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding, FindingKind


class Tier(StrEnum):
    """Soft tiers, lexicographic: each is worth more than everything below it together."""

    SAFETY = "safety"
    TRAINING = "training"
    OPERATIONS = "operations"
    PREFERENCE = "preference"


@dataclass(frozen=True, slots=True)
class Hard:
    """A solution that breaks the rule does not exist."""


@dataclass(frozen=True, slots=True)
class Soft:
    """Breaking the rule costs `weight` (whole units, at most 1,000) per unit in the tier."""

    tier: Tier
    weight: int


@dataclass(frozen=True, slots=True)
class CheckOnly:
    """The solver does not steer by this rule; `reason` says why."""

    reason: str


Enforcement = Hard | Soft | CheckOnly


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a finding's arithmetic."""

    label: str
    value: str


class Rule(ABC):
    """One rule, one file, one object: the checker here and the constraint of the same stem in `scheduling.solver.rules`.

    A rule holds no figures: it reads them from `roster.policy(date)`. `per_person` is True when a person can be
    re-checked alone (the findings of one person depend on that person's row only).
    """

    id: ClassVar[str]
    title: ClassVar[str]
    citation: ClassVar[str]
    text: ClassVar[str]
    binding: ClassVar[Binding]
    enforcement: ClassVar[Enforcement]
    per_person: ClassVar[bool]

    @abstractmethod
    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """Every finding that touches the window, for these person ids, in a stable order.

        Pure. The roster may reach beyond the window; rules that look back or average use what it holds.
        """

    @abstractmethod
    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """How the finding's value and limit come about, in the order a person would work it out."""

    def concerned(self, roster: Roster, finding: Finding) -> Sequence[str]:
        """Ids of the people whose timeline shows the finding: its person, or those a slot is about."""
        return () if finding.person is None else (finding.person,)

    def finding(
        self,
        person: str | None,
        window: Window,
        value: Fraction | int,
        limit: Fraction | int,
        unit: str,
        message: str,
        *,
        part: Part | None = None,
        about: str | None = None,
        kind: FindingKind = FindingKind.BREACH,
        binding: Binding | None = None,
    ) -> Finding:
        """A finding of this rule, with its own binding unless another is given."""
        return Finding(
            rule=self.id,
            binding=binding or self.binding,
            citation=self.citation,
            person=person,
            start=window.start,
            end=window.end,
            value=_exact(value),
            limit=_exact(limit),
            unit=unit,
            message=message,
            part=part,
            about=about,
            kind=kind,
        )


@functools.lru_cache(maxsize=1024)
def _exact(value: Fraction | int) -> Fraction:
    return Fraction(value)


def on(date: dt.date) -> Window:
    """The window of a single date."""
    return Window(date, date)

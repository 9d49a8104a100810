"""A finding: one place where a schedule breaks a rule."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduling.model.part import Part, Window


class Binding(StrEnum):
    """How strongly a rule binds: `compliant` means no unwaived must."""

    MUST = "must"
    SHOULD = "should"
    POLICY = "policy"


class FindingKind(StrEnum):
    """A breach is something that stands there; a gap is something that is visibly missing."""

    BREACH = "breach"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Finding:
    """One broken rule at one place. `value` and `limit` are exact and in `unit`; rounding is for display alone.

    `person` is None for findings about a slot or a night; `part` is set when the finding is about one slot of `start`;
    `about` tells apart findings of one rule, person and time (an activity code, a call pool).
    """

    rule: str
    binding: Binding
    citation: str
    person: str | None
    start: dt.date
    end: dt.date
    value: Fraction
    limit: Fraction
    unit: str
    message: str
    part: Part | None = None
    about: str | None = None
    kind: FindingKind = FindingKind.BREACH

    @property
    def window(self) -> Window:
        """The dates the finding speaks of."""
        return Window(self.start, self.end)

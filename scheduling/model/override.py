"""Overrides: the overlay over a published schedule, applied when read (domain.md §8)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.part import Slot


class OverrideType(StrEnum):
    """What stands in the slot instead."""

    COVERAGE = "coverage"
    CANCELLATION = "cancellation"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Override:
    """One active override of one assignment. `activity` is the assignment's, kept so that a moved base is noticed.

    `replacement` is set for coverage alone. `plan` names the cascade plan it came from, if any.
    """

    id: str
    person: str
    slot: Slot
    activity: str
    type: OverrideType
    replacement: str | None = None
    plan: str | None = None


class Source(StrEnum):
    """Where a cell comes from, highest first; overrides lie above all four."""

    PRELOAD = "preload"
    MANUAL = "manual"
    SOLVER = "solver"
    TEMPLATE = "template"

    @property
    def locked(self) -> bool:
        """Preloaded and manual cells are locked."""
        return self in (Source.PRELOAD, Source.MANUAL)


SOURCES = tuple(Source)
"""The position of a source is its code in roster arrays; 255 marks an open cell."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one cell: `to` None opens it."""

    person: str
    slot: Slot
    was: str | None
    to: str | None

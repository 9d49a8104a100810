"""Requirements: how much of an activity a resident gets in one block, in half-days (domain.md §4)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from scheduling.model.calendar import FRIDAY, MONDAY
from scheduling.model.rotation import Pattern, Rotation

HALF_DAYS_PER_BLOCK = 40
"""Weekday half-days of a full block of 28 days: what the figures of a requirement are stated for."""

WEEKDAYS = range(MONDAY, FRIDAY + 1)


class Requirement(BaseModel):
    """Half-days of one activity per full block for the residents it is meant for.

    Block sums, never weekly ones. `patterns`, `rotations` (activity codes or names of rotations) and `pgy` narrow whom
    it is meant for; empty means all. Without `activity` it speaks of the rotation's own one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    activity: str | None = None
    patterns: tuple[Pattern, ...] = ()
    rotations: tuple[str, ...] = ()
    pgy: tuple[int, ...] = ()
    least: Annotated[int, Field(ge=0, le=1000)] = 0
    target: Annotated[int, Field(ge=0, le=1000)] = 0
    most: Annotated[int, Field(ge=0, le=1000)] = 1000
    full_days: bool = False
    """Both half-days of a date rather than one."""
    weekdays: Annotated[tuple[Annotated[int, Field(ge=1, le=7)], ...], Field(max_length=7)] = ()
    """Preferred ISO weekdays; empty means no preference."""

    @model_validator(mode="after")
    def _ordered(self) -> Requirement:
        if not self.least <= self.target <= self.most:
            raise ValueError("a requirement needs least <= target <= most")
        return self

    def meant_for(self, rotation: Rotation, pgy: int) -> bool:
        """True when a resident of that year on that rotation is meant."""
        return (
            (not self.patterns or rotation.pattern in self.patterns)
            and (not self.rotations or rotation.activity in self.rotations or rotation.name in self.rotations)
            and (not self.pgy or pgy in self.pgy)
        )


@dataclass(frozen=True, slots=True, order=True)
class Share:
    """A requirement as it stands for one resident in one block: scaled to the half-days the resident is there for."""

    activity: str
    least: int
    target: int
    most: int
    full_days: bool
    weekdays: tuple[int, ...]


def shares(requirements: Sequence[Requirement], rotations: Mapping[Rotation, int], pgy: int) -> tuple[Share, ...]:
    """What one resident gets in one block, by activity code.

    `rotations` gives, for each rotation of the resident in the block, the weekday half-days spent on it without leave and
    holidays. For one rotation and activity the first requirement that is meant for it counts; the rotations of a block
    add up. Figures scale with the half-days: least down, target to the nearest, most up.
    """
    sums: dict[str, list[Fraction]] = {}
    habits: dict[str, tuple[bool, tuple[int, ...]]] = {}
    for rotation, half_days in sorted(rotations.items()):
        seen: set[str] = set()
        for requirement in requirements:
            activity = requirement.activity or rotation.activity
            if activity in seen or not requirement.meant_for(rotation, pgy):
                continue
            seen.add(activity)
            part = Fraction(half_days, HALF_DAYS_PER_BLOCK)
            figures = sums.setdefault(activity, [Fraction(0)] * 3)
            for i, figure in enumerate((requirement.least, requirement.target, requirement.most)):
                figures[i] += figure * part
            habits.setdefault(activity, (requirement.full_days, requirement.weekdays))
    return tuple(
        Share(activity, floor(least), floor(target + Fraction(1, 2)), ceil(most), *habits[activity])
        for activity, (least, target, most) in sorted(sums.items())
    )

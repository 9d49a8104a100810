"""Rotations: what a resident does in a block half (domain.md §4)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import BlockRef


class Pattern(StrEnum):
    """The weekly pattern of preloaded and open half-days a rotation brings."""

    OUTPATIENT = "outpatient"
    CLINIC = "clinic"
    INPATIENT = "inpatient"
    NIGHT_FLOAT = "night_float"
    NIGHT_FLOAT_PEDS = "night_float_peds"
    NIGHT_FLOAT_LD = "night_float_ld"
    OFFSITE_LD = "offsite_ld"
    EMERGENCY = "emergency"
    AWAY = "away"


@dataclass(frozen=True, slots=True, order=True)
class Rotation:
    """A rotation by the program's own name, the activity its days hold, and its weekly pattern."""

    name: str
    activity: str
    pattern: Pattern


@dataclass(frozen=True, slots=True, order=True)
class RotationHalf:
    """One resident's rotation in one half of a block. Consecutive halves with the same rotation form one segment."""

    person: str
    block: BlockRef
    half: int
    rotation: Rotation

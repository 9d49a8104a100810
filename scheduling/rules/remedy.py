"""What a remedy is: a small set of changes of one kind, its price, and what a validation said of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from scheduling.model.activity import Category
from scheduling.model.override import Change
from scheduling.model.part import Slot
from scheduling.model.roster import Roster
from scheduling.model.sacrifice import points, sacrifice_price


class RemedyKind(StrEnum):
    """Drop work, move it to another slot of the same person, swap it with somebody, have somebody cover it, or set what is due."""

    DROP = "drop"
    MOVE = "move"
    SWAP = "swap"
    COVER = "cover"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Changes that might remedy a finding; `price` in hundredths of the policy's penalties, before validation."""

    kind: RemedyKind
    changes: tuple[Change, ...]
    price: int


@dataclass(frozen=True, slots=True)
class Remedy:
    """A candidate that a validation has verified.

    It removes the finding, brings no must and no gap, and costs `cost` (penalty points: what is given up, and every
    should or policy finding it brings). `removes` and `introduces` are finding ids.
    """

    kind: RemedyKind
    changes: tuple[Change, ...]
    cost: Fraction
    removes: tuple[str, ...]
    introduces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedies:
    """The remedies found, cheapest first, and for each kind without one what stands in the way."""

    found: tuple[Remedy, ...]
    blocked: dict[RemedyKind, str]


def change(roster: Roster, person: str, slot: Slot, to: str | None) -> Change:
    """The change of one cell from what it holds."""
    return Change(person, slot, roster.at(person, slot), to)


def giving_up(roster: Roster, person: str, slot: Slot) -> int | None:
    """What losing the cell costs (hundredths): nothing when it is open, None when it is never given up."""
    held = roster.at(person, slot)
    if held is None:
        return 0
    return sacrifice_price(roster.catalogue[held], roster.policy(slot.date).cascade)


def is_work(roster: Roster, person: str, slot: Slot) -> bool:
    """True when the cell holds something that may stand in a remedy's way: no time off, no recovery, not open."""
    held = roster.at(person, slot)
    off = (Category.TIME_OFF, Category.RECOVERY, Category.POST_CALL)
    return held is not None and roster.catalogue[held].category not in off


def handover_price(roster: Roster, slot: Slot) -> int:
    """What handing one duty to somebody else costs (hundredths): the policy's price for other work moved."""
    return points(roster.policy(slot.date).cascade.same_day_before_call)

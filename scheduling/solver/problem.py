"""What is asked of the solver, as one frozen value: equal problems have equal bytes and therefore one hash."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from enum import StrEnum

from scheduling.model.errors import InvalidError
from scheduling.model.part import PARTS, Slot, Window
from scheduling.model.policy import ObjectiveProfile, Policy
from scheduling.model.roster import Roster
from scheduling.solver.canonical import digest

FORM = 4
"""Raised whenever the same problem would be answered differently: old request hashes then no longer match."""


LOCK = "prog.lock"
"""The rule by which locked cells stand."""


class Stage(StrEnum):
    """What a model decides. A year is solved stage by stage; a rule's constraint says where it has a bite."""

    ROTATIONS = "rotations"
    CALLS = "calls"
    BLOCK = "block"
    DAYS_OFF = "days_off"


@dataclass(frozen=True, slots=True)
class Settings:
    """How to search. `effort` is in deterministic units (about 2 to 2.7 s of one core each), all tiers together."""

    seed: int = 0
    effort: float = 30.0
    profile: str = "standard"
    deterministic: bool = True

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**31:
            raise InvalidError("seed", "out of range", valid=["0 to 2147483647"])
        if self.effort <= 0:
            raise InvalidError("effort", "must be above 0")


@dataclass(frozen=True, slots=True, order=True)
class Freeze:
    """Cells that keep what the base says: of one person or of everybody, on the dates of a window."""

    window: Window
    person: str | None = None

    def holds(self, person: str, slot: Slot) -> bool:
        """True when the cell is frozen."""
        return slot.date in self.window and self.person in (None, person)


@dataclass(frozen=True, eq=False)
class Problem:
    """One stage's question.

    `roster` holds the facts and reaches beyond `window` (the dates decided) as far as rules look back and ahead. Locked
    cells stand, all others of the window are open to the solver, except frozen ones and, where `freed` is given, those on
    other dates. `people` narrows what is decided to some of them, and `given` takes single cells out: the rest is as the roster
    has it. `base` is the schedule that change is counted against (None: nothing is disturbed by any answer).
    `weeks_free` and `calls_free` say whether FMIT weeks and Sunday-to-Thursday calls without a locked holder are decided.
    `insisting` takes what the profile insists on as hard; otherwise it has its price.
    """

    stage: Stage
    roster: Roster
    window: Window
    weeks_free: bool = False
    calls_free: bool = False
    base: Roster | None = None
    frozen: tuple[Freeze, ...] = ()
    freed: tuple[Window, ...] | None = None
    people: frozenset[str] | None = None
    given: frozenset[tuple[str, Slot]] = frozenset()
    settings: Settings = field(default_factory=Settings)
    insisting: bool = False

    def __post_init__(self) -> None:
        if self.window.start not in self.roster.window or self.window.end not in self.roster.window:
            raise InvalidError("window", f"{self.window} reaches beyond the data, {self.roster.window}")
        if self.settings.profile not in self.policy.solve.profiles:
            raise InvalidError("objective", "no such profile", valid=sorted(self.policy.solve.profiles))
        if self.settings.effort > self.policy.solve.effort_max:
            raise InvalidError("effort", "above the program's limit", valid=[f"at most {self.policy.solve.effort_max}"])

    @property
    def policy(self) -> Policy:
        """The policy in force when the window starts."""
        return self.roster.policy(self.window.start)

    @property
    def profile(self) -> ObjectiveProfile:
        """The objective profile asked for."""
        return self.policy.solve.profiles[self.settings.profile]

    @functools.cached_property
    def locks_hold(self) -> bool:
        """False where the policy has switched the rule on locks off."""
        return LOCK not in self.policy.rules.off

    def decides(self, person: str) -> bool:
        """True when the person's cells are part of the question."""
        return self.people is None or person in self.people

    def is_held(self, person: str, slot: Slot) -> bool:
        """True when the cell is given or frozen: nothing that is decided here may change it."""
        return (person, slot) in self.given or any(freeze.holds(person, slot) for freeze in self.frozen)

    def is_free(self, person: str, slot: Slot) -> bool:
        """True when neither a lock nor a freeze holds the cell and its date is one to be decided."""
        if slot.date not in self.window or self.is_held(person, slot):
            return False
        if self.freed is not None and not any(slot.date in window for window in self.freed):
            return False
        source = self.roster.source_at(person, slot)
        return source is None or not source.locked or not self.locks_hold

    @functools.cached_property
    def digest(self) -> str:
        """Hex sha256 of everything the answer depends on."""
        return digest(
            [
                FORM,
                self.stage,
                self.roster,
                self.window,
                self.weeks_free,
                self.calls_free,
                self.base,
                sorted(self.frozen),
                self.freed,
                self.people,
                self.given,
                self.settings,
                self.insisting,
            ]
        )


def slots_of(window: Window) -> list[Slot]:
    """Every slot of the window in order."""
    return [Slot(date, part) for date in window for part in PARTS]

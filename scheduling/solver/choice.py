"""What is asked of one assignment, and what is answered: importing this loads no solver.

A question sets what stands in a slot against an alternative. The answer weighs two solves of the same problem: one in which
the assignment stays, one in which the alternative is forced, each with everything else that may move at its best.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.errors import InvalidError, NotFoundError, UserError
from scheduling.model.override import Change, Override, Source
from scheduling.model.part import Slot
from scheduling.model.roster import Roster
from scheduling.rules.rule import Tier


class UndecidedError(UserError):
    """The question could not be decided within the effort an interactive question has."""

    code = "timeout"


class Verdict(StrEnum):
    """What an alternative would mean.

    `forbidden`: no schedule has it. `costlier`: every schedule that has it costs more. `equal`: the best schedule with it costs as
    much, or less, and other cells move. `free`: it can be had with no other cell moving and at no cost in any tier.
    """

    FORBIDDEN = "forbidden"
    COSTLIER = "costlier"
    EQUAL = "equal"
    FREE = "free"


@dataclass(frozen=True, slots=True)
class Ground:
    """A rule (or a term of the objective, or `choice`: what the solver offers at all) and the facts it rests on."""

    id: str
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the slot: its source, what holds it (None: a solve may change it), and why it is there, in sentences."""

    activity: str | None
    source: Source | None
    locked: str | None
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Cost:
    """The best schedule of one solve: objective and bound by tier, in the order of `Tier`."""

    objective: tuple[int, ...]
    bound: tuple[int, ...]

    @property
    def proved(self) -> bool:
        """True when no schedule is better."""
        return self.objective == self.bound


@dataclass(frozen=True, slots=True)
class Delta:
    """What the alternative costs beyond what stands, by tier; `tier` is the first that differs, None where none does."""

    tier: Tier | None
    by_tier: tuple[int, ...]

    @property
    def text(self) -> str:
        """`safety +500, training -8`."""
        named = zip(Tier, self.by_tier, strict=True)
        return ", ".join(f"{tier} {amount:+d}" for tier, amount in named if amount) or "nothing"


@dataclass(frozen=True, slots=True)
class Proof:
    """On what a verdict rests.

    `optimal` says that it is proved to the end; without, both bounds say how far. `now` and `forced` are the two solves (None where
    there is no such schedule, or none was needed). `effort` is in deterministic units, `digest` that of the problem and the
    choice, `frozen` what was not free to move.
    """

    optimal: bool
    now: Cost | None
    forced: Cost | None
    effort: float
    digest: str
    frozen: str


@dataclass(frozen=True, slots=True)
class Weighed:
    """The answer. `changes` is the nearest best schedule with the alternative, `moves` how many other cells change in it."""

    standing: Standing
    alternative: str
    verdict: Verdict
    summary: str
    grounds: tuple[Ground, ...]
    proof: Proof
    delta: Delta | None = None
    moves: int | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, eq=False)
class Question:
    """Whose slot, and what instead: another person, an activity, or None for the best of all others.

    `roster` is effective and holds whole academic years around the slot. `effort` bounds each solve in deterministic units.
    """

    roster: Roster
    person: str
    slot: Slot
    instead: str | None = None
    effort: float = 1.5

    @property
    def held(self) -> str | None:
        """What stands in the slot."""
        return self.roster.at(self.person, self.slot)

    @property
    def other(self) -> str | None:
        """The other person, where one is named."""
        return self.instead if self.instead in self.roster.rows else None

    @property
    def code(self) -> str | None:
        """The other activity, where one is named."""
        return None if self.other else self.instead

    @property
    def override(self) -> Override | None:
        """The override that stands on the slot, on either side."""
        return override_on(self.roster, self.person, self.slot)

    def require_admissible(self) -> None:
        """InvalidError or NotFoundError for a question that has no answer."""
        self.roster.program.person(self.person)
        if self.instead is not None and self.other is None and self.instead not in self.roster.catalogue:
            known = [*self.roster.rows, *self.roster.catalogue.codes]
            raise NotFoundError("person or activity", self.instead, known)
        if self.code is not None:
            self._require_code(self.code)
        elif self.held is None:
            raise InvalidError("person", self._empty(), hint="name an activity in why_not to ask why it is not there")
        elif self.other is not None:
            self._require_other(self.other)

    def _empty(self) -> str:
        override = self.override
        if override is not None:
            who = f", {override.replacement} does it" if override.replacement else ""
            return f"{override.activity} of {override.person} on {self.slot} is overridden ({override.type}{who})"
        absent = " and is absent" if self.roster.is_absent(self.person, self.slot) else ""
        return f"{self.person} holds nothing on {self.slot}{absent}"

    def _require_code(self, code: str) -> None:
        if code == self.held:
            raise InvalidError("why_not", f"{code} is what stands there")
        catalogue = self.roster.policy(self.slot.date).catalogue
        part = self.slot.part.name
        if catalogue[code].hours and part not in catalogue[code].hours:
            valid = [a.code for a in catalogue if part in a.hours]
            raise InvalidError("why_not", f"{code} is no work in the {part}", valid=valid)

    def _require_other(self, other: str) -> None:
        if other == self.person:
            raise InvalidError("why_not", f"{other} is who has it")
        if self.roster.at(other, self.slot) == self.held:
            raise InvalidError("why_not", f"{other} holds {self.held} then as well")


def override_on(roster: Roster, person: str, slot: Slot) -> Override | None:
    """The active override on a cell, whether it took the cell's duty away or brought it."""
    return next((o for o in roster.overrides if o.slot == slot and person in (o.person, o.replacement)), None)


def answer(question: Question) -> Weighed:
    """The answer, in a process that may load the solver."""
    from scheduling.solver.choice_verdict import weigh  # noqa: PLC0415 - only the process that solves pays for ortools

    return weigh(question)

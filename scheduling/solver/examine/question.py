"""What is asked about a set of rules and what is answered: importing this loads no solver."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.policy import Policy
from scheduling.solver.problem import Problem


class Strength(StrEnum):
    """What kind of conditions contradict each other.

    `hard`: hard rules alone. `recorded`: hard rules and what is recorded or kept; a solve keeps the record and lets the
    rule give way there, so it is a finding of the result. `demand`: demands of the safety and training tiers that cannot all be had in full.
    """

    HARD = "hard"
    RECORDED = "recorded"
    DEMAND = "demand"


class About(StrEnum):
    """What a warning speaks of."""

    HOURS = "hours"
    CAPACITY = "capacity"
    WEIGHTS = "weights"
    NO_EFFECT = "no_effect"
    OFF = "off"
    DATA = "data"
    UNPROVED = "unproved"


@dataclass(frozen=True, slots=True)
class Condition:
    """Conditions of one rule or term that have a part in a conflict, in words."""

    rule: str
    people: tuple[str, ...]
    dates: tuple[dt.date, ...]
    message: str


@dataclass(frozen=True, slots=True)
class Conflict:
    """A minimal set that cannot hold together. `verified`: proved by a second solve, and that nothing of it can be spared."""

    strength: Strength
    stage: str
    rules: tuple[str, ...]
    conditions: tuple[Condition, ...]
    verified: bool


@dataclass(frozen=True, slots=True)
class Dependency:
    """`rule` counts what `reads` asks for: `decisions` choices of these activities tie them."""

    rule: str
    reads: str
    activities: tuple[str, ...]
    decisions: int


@dataclass(frozen=True, slots=True)
class Row:
    """One rule or term in the built models.

    `variables` and `constraints` as written, `removes` the choices it takes away before anything is solved, `share` its part
    of all terms written (what building and each step of the search grow with). `saves` is how much less deterministic
    effort the solve takes without it, where that was measured.
    """

    rule: str
    enforcement: str
    variables: int
    constraints: int
    removes: int
    weight: int | None
    share: float
    saves: float | None = None


@dataclass(frozen=True, slots=True)
class Warn:
    """Something to know before these rules are relied on."""

    about: About
    rules: tuple[str, ...]
    message: str
    people: tuple[str, ...] = ()
    dates: tuple[dt.date, ...] = ()


@dataclass(frozen=True)
class Examination:
    """What the rules do to this program in this block.

    `feasible` says what a solve would: False where hard rules contradict each other, or leave no schedule beside what is
    recorded; `core` is then the first contradiction. A recorded cell against a rule is a conflict and leaves it feasible.
    `chains` are the longest ways along `dependencies`, `cycles` the sets of rules that read each other. `estimate` is in
    seconds of the whole block's solve. `complete` is False when the effort ended before every question was settled.
    """

    feasible: bool
    core: tuple[Condition, ...]
    conflicts: tuple[Conflict, ...]
    dependencies: tuple[Dependency, ...]
    cycles: tuple[tuple[str, ...], ...]
    chains: tuple[tuple[str, ...], ...]
    profile: tuple[Row, ...]
    costliest: tuple[str, ...]
    estimate: float
    warnings: tuple[Warn, ...]
    complete: bool
    effort: float


@dataclass(frozen=True, eq=False)
class Question:
    """The block's problem, and a policy to examine instead of the one in force.

    `effort` bounds all solving, in deterministic units: tests of small sets take ten to twenty seconds a unit, because
    reading the model counts for nothing in it.
    """

    problem: Problem
    draft: Policy | None = None
    effort: float = 0.6


def answer(question: Question) -> Examination:
    """The examination, in a process that may load the solver."""
    from scheduling.solver.examine.examine import examine  # noqa: PLC0415 - only the process that solves pays for ortools

    return examine(question)

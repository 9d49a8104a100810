"""The constraint of every rule: `scheduling.solver.rules` has a module of the same stem, which takes the same rule object.

A rule without one fails here, by construction, unless it declares itself check-only; so does a constraint that raises.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scheduling.model.part import Slot
from scheduling.rules.catalog import RULES, is_on
from scheduling.rules.rule import CheckOnly, Hard, Rule
from scheduling.solver.build import Build
from scheduling.solver.objective import Where
from scheduling.solver.problem import Stage
from scheduling.solver.sums import Sum


class UnbuildableRuleError(RuntimeError):
    """A rule could not be written into the model; nothing is solved without it."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """How a rule is written into a model, and the stages in which it has a bite.

    `write` sets sums against bounds; `forbids` names single choices that the rule never allows. A module has one or both. What is
    forbidden is explained as one condition a date, or, `by_activity`, one for each activity.
    """

    rule: Rule
    stages: frozenset[Stage]
    write: Callable[[Rule, Build], None] | None
    forbids: Callable[[Build, str, Slot, str], bool] | None
    by_activity: bool = False


def stem(rule: Rule) -> str:
    """The module name a rule and its constraint share."""
    return type(rule).__module__.rpartition(".")[2]


@functools.cache
def constraints() -> tuple[Constraint, ...]:
    """One constraint for every rule that steers, in the catalogue's order."""
    return tuple(_constraint(rule) for rule in RULES if not isinstance(rule.enforcement, CheckOnly))


def _constraint(rule: Rule) -> Constraint:
    name = f"scheduling.solver.rules.{stem(rule)}"
    try:
        module = importlib.import_module(name)
    except ModuleNotFoundError as error:
        raise UnbuildableRuleError(f"{rule.id} steers the solver but has no {name}") from error
    write, forbids = getattr(module, "constrain", None), getattr(module, "forbids", None)
    if write is None and forbids is None:
        raise UnbuildableRuleError(f"{name} neither constrains nor forbids anything")
    return Constraint(rule, frozenset(module.STAGES), write, forbids, getattr(module, "BY_ACTIVITY", False))


def in_force(build: Build) -> tuple[Constraint, ...]:
    """The constraints of the rules that the policy has on and that have a bite in the build's stage."""
    stage = build.problem.stage
    return tuple(c for c in constraints() if stage in c.stages and is_on(c.rule, build.policy))


def allowed(build: Build, person: str, slot: Slot, codes: Iterable[str]) -> list[str]:
    """The choices that no hard rule forbids; an explaining build keeps them all, and says so with a switch."""
    return [code for code in codes if not _forbidden(build, person, slot, code)]


def _forbidden(build: Build, person: str, slot: Slot, code: str) -> bool:
    return not build.explaining and any(
        constraint.forbids(build, person, slot, code) for constraint in _hard(build) if constraint.forbids is not None
    )


def _hard(build: Build) -> tuple[Constraint, ...]:
    found = build.memo.get("hard")
    if not isinstance(found, tuple):
        found = tuple(c for c in in_force(build) if c.forbids and isinstance(build.prices.of(c.rule), Hard))
        build.memo["hard"] = found
    return found


def constrain_all(build: Build) -> None:
    """Write every rule in force; UnbuildableRuleError names the one that cannot be written."""
    for constraint in in_force(build):
        try:
            if constraint.write is not None:
                constraint.write(constraint.rule, build)
            if constraint.forbids is not None:
                _forbid(constraint, build)
        except Exception as error:
            raise UnbuildableRuleError(f"{constraint.rule.id} cannot be built: {type(error).__name__}") from error


def _forbid(constraint: Constraint, build: Build) -> None:
    """Every offered choice the rule forbids, against zero: hard ones are only offered where they are to be explained."""
    assert constraint.forbids is not None
    for person, slot, options in build.variables.decided():
        for code, literal in options.items():
            if not constraint.forbids(build, person, slot, code):
                continue
            where = Where((person,), (slot.date,), slot.part)
            if build.explaining:
                where = Where((person,), (), None, code) if constraint.by_activity else Where((person,), (slot.date,))
            build.at_most(constraint.rule, where, Sum([literal]), 0)

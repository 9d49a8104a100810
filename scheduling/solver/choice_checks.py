"""What the checkers say of an assignment: by itself, left open, and with an alternative in its place."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.catalog import enabled
from scheduling.rules.finding import Binding, Finding
from scheduling.solver.choice import Ground

Key = tuple[str, str | None, object, object, object, object, Fraction]


def findings(roster: Roster, window: Window) -> dict[Key, Finding]:
    """Everything the checkers find in a window, by what tells findings apart."""
    people = [p.id for p in roster.program.people]
    found: dict[Key, Finding] = {}
    for rule in enabled(roster.policy(window.start)):
        for f in rule.check(roster, window, people):
            found[f.rule, f.person, f.start, f.end, f.part, f.about, f.value] = f
    return found


def new_findings(before: Mapping[Key, Finding], after: Mapping[Key, Finding], *, musts: bool) -> list[Ground]:
    """What was not found before, musts alone or all of it."""
    fresh = [f for key, f in after.items() if key not in before]
    return [Ground(f.rule, f.message) for f in fresh if not musts or f.binding is Binding.MUST]

"""Rules that do nothing here: the model is the same with and without them, or they are off, or they cost nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduling.model.policy import Policy
from scheduling.rules.catalog import BY_ID
from scheduling.solver.build import Build
from scheduling.solver.catalog import constraints
from scheduling.solver.examine.profile import unpriced
from scheduling.solver.examine.question import About, Row, Warn
from scheduling.solver.examine.stages import Part, switched_off
from scheduling.solver.stages import build_stage


def effects(parts: Sequence[Part], profile: Sequence[Row], policy: Policy) -> Iterator[Warn]:
    """Rules switched off, priced at zero, and without effect on this program in this block."""
    off = tuple(name for name in policy.rules.off if name in BY_ID)
    if off:
        yield Warn(About.OFF, off, f"switched off by the policy: {', '.join(off)}")
    free = unpriced(policy, parts[0].problem) if parts else ()
    if free:
        yield Warn(About.OFF, free, f"priced at zero, so nothing steers by them: {', '.join(free)}")
    idle = _without_effect(parts, [row.rule for row in profile if _idle(row, free)])
    if idle:
        yield Warn(About.NO_EFFECT, idle, f"the models are the same without them: {', '.join(idle)}")


def _idle(row: Row, free: Sequence[str]) -> bool:
    steers = {c.rule.id for c in constraints()}
    return row.rule in steers and row.rule not in free and not row.share and not row.removes


def _without_effect(parts: Sequence[Part], rules: Sequence[str]) -> tuple[str, ...]:
    """The probe: models are built once more with all of these rules off, and one by one only where that changes them."""
    if not rules or _same_without(parts, rules):
        return tuple(rules)
    return tuple(rule for rule in rules if _same_without(parts, [rule]))


def _same_without(parts: Sequence[Part], rules: Sequence[str]) -> bool:
    """True when nothing else is written otherwise: the same choices, prices, and conditions of every other rule."""
    return all(
        _picture(part.priced, rules) == _picture(build_stage(switched_off(part.problem, *rules)), rules)
        for part in parts
    )


def _picture(build: Build, without: Sequence[str]) -> tuple[object, ...]:
    choices = [(person, slot, tuple(options)) for person, slot, options in build.variables.decided()]
    charges = [(c.name, c.tier, c.weight, c.where, c.amount.constant, c.amount.weights) for c in build.ledger]
    tallies = {name: (t.variables, t.constraints) for name, t in build.tally.items() if name not in without}
    return choices, charges, tallies

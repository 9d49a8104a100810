"""`rules`: every rule the program measures by."""

from __future__ import annotations

from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape
from scheduling.rules.catalog import RULES, is_on
from scheduling.rules.rule import CheckOnly, Rule, Soft


class RuleShape(Shape):
    """One rule: what it asks, where that is written, how strongly it binds and how a solve honours it."""

    id: str
    title: str
    citation: str
    text: str
    binding: str
    enforcement: str
    tier: str | None = None
    weight: int | None = None
    why: str | None = None
    on: bool


class RulesBody(Body):
    """Every rule in report order; `on` says whether the policy in force today has it on."""

    policy: str
    rules: tuple[RuleShape, ...]


async def handle(_: ProgramPlace, call: Call) -> RulesBody:
    """List the rules under the policy in force."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
    return RulesBody(policy=program.policy.name, rules=tuple(_shape(r, on=is_on(r, program.policy)) for r in RULES))


def _shape(rule: Rule, *, on: bool) -> RuleShape:
    how = rule.enforcement
    soft, idle = how if isinstance(how, Soft) else None, how if isinstance(how, CheckOnly) else None
    return RuleShape(
        id=rule.id,
        title=rule.title,
        citation=rule.citation,
        text=rule.text,
        binding=rule.binding.value,
        enforcement="soft" if soft else "check_only" if idle else "hard",
        tier=soft.tier.value if soft else None,
        weight=soft.weight if soft else None,
        why=idle.reason if idle else None,
        on=on,
    )


RESOURCE = Resource(
    "housestaff://{program}/rules",
    "rules",
    "Rules",
    "Every rule with its citation, its text, how strongly it binds, how a solve honours it, and whether it is on.",
    ProgramPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
)

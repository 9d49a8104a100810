"""`policy`: the program's figures, as they are in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from resources.resource import Body, Call, ProgramPlace, Resource, Scope, Shape


class AdoptedShape(Shape):
    """One policy of the program and the date it takes effect."""

    effective: dt.date
    name: str
    digest: str
    in_force: bool


class PolicyBody(Body):
    """The policy in force today, and every one the program adopted; before the first the shipped one holds."""

    today: dt.date
    name: str
    digest: str
    adopted: tuple[AdoptedShape, ...]
    figures: dict[str, Any]


async def handle(_: ProgramPlace, call: Call) -> PolicyBody:
    """Read the policy in force on the program's today."""
    async with call.unit() as unit:
        program = await unit.program(call.program)
    policy, today = program.policy, program.clock.today()
    current = max((date for date, _ in program.policies.dated if date <= today), default=None)
    return PolicyBody(
        today=today,
        name=policy.name,
        digest=policy.digest,
        adopted=tuple(
            AdoptedShape(effective=date, name=p.name, digest=p.digest, in_force=date == current)
            for date, p in program.policies.dated
        ),
        figures=policy.model_dump(mode="json"),
    )


RESOURCE = Resource(
    "housestaff://{program}/policy",
    "policy",
    "Policy",
    "The program's figures in force today: caps, limits, penalties, guards, rules and activities with their hours.",
    ProgramPlace,
    scopes={Scope.SCHEDULE_READ},
    handle=handle,
)

"""The product's tools and resources, called through the product's edge by people of every role."""

from __future__ import annotations

import json
from typing import Any

from auth.principal import Membership, Principal
from auth.roles import Role
from auth.scopes import ALL, Scope
from resources.catalog import RESOURCES
from server.app import House
from server.edge import Answer, Caller, Edge
from server.settings import read_settings
from tests.program_sample import SLUG, Sample
from tools.catalog import TOOLS


def caller(role: Role, person: str | None = None, scopes: frozenset[Scope] = ALL) -> Caller:
    """A caller with that role in the sample program."""
    return Caller(Principal(role.value, "test", scopes, {SLUG: Membership(role, person)}), "test")


ADMIN = caller(Role.ADMIN)
COORDINATOR = caller(Role.COORDINATOR)
CHIEF = caller(Role.CHIEF)
STAFF = caller(Role.STAFF)
RESIDENT = caller(Role.RESIDENT, "pgy1-01")


def edge(sample: Sample) -> Edge:
    """The product's edge over the sample's database."""
    return House(sample.database, read_settings({"DATABASE_URL": "postgresql://unused/x"})).edge()


async def call(sample: Sample, tool: str, who: Caller = COORDINATOR, **raw: Any) -> Answer:
    """What a tool answers."""
    found = next(t for t in TOOLS if t.name == tool)
    return await edge(sample).call(found, raw, who)


async def facts(sample: Sample, tool: str, who: Caller = COORDINATOR, **raw: Any) -> dict[str, Any]:
    """The facts of an answer that must not be a refusal."""
    answer = await call(sample, tool, who, **raw)
    assert not answer.failed, answer.facts
    return answer.facts


async def read(sample: Sample, name: str, who: Caller = COORDINATOR, **raw: Any) -> Any:
    """The JSON of a resource under the program."""
    found = next(r for r in RESOURCES if r.name == name)
    text = await edge(sample).read(found, raw if name == "programs" else {"program": SLUG, **raw}, who)
    assert isinstance(text, str)
    return json.loads(text)

"""The MCP Inspector's command line as a client: an implementation of the protocol that is not ours."""

from __future__ import annotations

import sys

import pytest

from auth.roles import Role
from scheduling.store.database import libpq_dsn
from tests.clients.public import INSPECTOR, inspect, run
from tests.clients.village import DEMO, Village
from tests.server.sample import listening

pytestmark = [
    pytest.mark.node,
    pytest.mark.parametrize("whole", [pytest.param(DEMO, id="demo")]),
    pytest.mark.parametrize("era", ["modern", "legacy"]),
]
PATIENT = ("--connect-timeout", "60000")


def over_http(url: str, village: Village, era: str) -> tuple[str, ...]:
    bearer = f"Authorization: Bearer {village.secret(Role.COORDINATOR)}"
    return (f"{url}/mcp", "--transport", "http", "--header", bearer, "--protocol-era", era)


def over_stdio(village: Village, era: str) -> tuple[str, ...]:
    environ = {
        "DATABASE_URL": libpq_dsn(village.database.url),
        "HOUSESTAFF_TOKEN": village.secret(Role.COORDINATOR),
        "HOUSESTAFF_TODAY": village.whole.today.isoformat(),
    }
    set_there = [word for name, value in environ.items() for word in ("-e", f"{name}={value}")]
    return (
        sys.executable,
        "-m",
        "server",
        "stdio",
        *set_there,
        "--transport",
        "stdio",
        "--protocol-era",
        era,
        *PATIENT,
    )


async def look_around(target: tuple[str, ...]) -> None:
    listed = await inspect(*target, "--method", "tools/list", "--strict")
    assert {"find_people", "get_schedule", "validate_schedule", "plan_cascade"} <= {t["name"] for t in listed["tools"]}
    asked = ("--method", "tools/call", "--tool-name", "find_people", "--tool-arg", "role=adjunct")
    found = await inspect(*target, *asked)
    assert not found.get("isError")
    people = found["structuredContent"]["people"]
    assert {p["role"] for p in people} == {"adjunct"}
    for person in people:
        assert person["id"] in found["content"][0]["text"]


async def test_it_lists_and_calls_a_tool_over_http(village: Village, era: str) -> None:
    """Every schema passes its strict check, and what it calls answers."""
    async with listening(village) as url:
        await look_around(over_http(url, village, era))


async def test_it_lists_and_calls_a_tool_over_stdio(village: Village, era: str) -> None:
    """The same, with the server as its child."""
    await look_around(over_stdio(village, era))


async def test_it_is_refused_without_a_token(village: Village, era: str) -> None:
    """It says so and exits with a failure."""
    async with listening(village) as url:
        target = (f"{url}/mcp", "--transport", "http", "--protocol-era", era)
        status, printed = await run(INSPECTOR, "--cli", *target, "--method", "tools/list", "--format", "json")
    assert status != 0
    assert "find_people" not in printed

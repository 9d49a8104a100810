from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from mcp.client.client import Client

from auth.accounts import OWNER
from scheduling.model.errors import ForbiddenError
from server.identity import ProcessIdentity, process_identity
from server.settings import SettingError, Settings, read_settings
from tests.server.sample import Town


def embedded(**environ: str) -> Settings:
    return read_settings(environ)


def shared(**environ: str) -> Settings:
    return read_settings({"DATABASE_URL": "postgresql://somewhere/else", **environ})


async def ask(town: Town, settings: Settings, era: str, **arguments: Any) -> Mapping[str, Any]:
    """Call a tool on the stdio server, in memory."""
    shell = town.house().shell(process_identity(settings, town.database, town.house().now))
    async with Client(shell, mode=era) as client:
        result = await client.call_tool("count_rows", arguments)
    assert result.structured_content is not None
    return dict(result.structured_content)


async def test_the_owner_of_the_embedded_database_administers_every_program(town: Town, era: str) -> None:
    """Without a token, whoever owns the data directory is an administrator, and named as such on the trail."""
    assert (await ask(town, embedded(), era, program="demo"))["role"] == "admin"
    assert (await ask(town, embedded(), era, program="other"))["who"] == OWNER
    assert await town.rows("other") == [(OWNER, "count_rows", "ok")]


async def test_a_shared_database_needs_a_token(town: Town) -> None:
    """Without one the process does not start, and says which variable is missing."""
    with pytest.raises(SettingError, match="HOUSESTAFF_TOKEN"):
        process_identity(shared(), town.database, town.house().now)


async def test_a_token_names_the_process_on_either_database(town: Town, era: str) -> None:
    """With a token the process is that account and no more, even on the embedded database."""
    secret = town.issued["staff"].secret
    for settings in (embedded(HOUSESTAFF_TOKEN=secret), shared(HOUSESTAFF_TOKEN=secret)):
        assert (await ask(town, settings, era))["who"] == "staff"


@pytest.mark.parametrize("why", ["not known here", "disabled", "revoked", "expired", "meant for another server"])
async def test_a_token_that_counts_no_more_is_refused_at_the_next_call(town: Town, era: str, why: str) -> None:
    """The process may live on; its calls are refused and the message says why."""
    issued = await town.token("staff", audience="https://x.example/mcp") if "another" in why else town.issued["staff"]
    secret = "hst_nothing" if "known" in why else issued.secret
    shell = town.house().shell(process_identity(shared(HOUSESTAFF_TOKEN=secret), town.database, town.house().now))
    async with Client(shell, mode=era) as client:
        match why:
            case "disabled":
                await town.run("update accounts set disabled_at = now() where id = 'staff'")
            case "revoked":
                await town.run("update tokens set revoked_at = now()")
            case "expired":
                await town.run("update tokens set expires_at = now()")
            case _:
                pass
        result = await client.call_tool("count_rows", {})
    assert result.structured_content is not None
    assert result.structured_content["code"] == "forbidden"
    assert why in result.structured_content["message"]
    assert secret not in json.dumps(result.structured_content)


async def test_an_identity_without_a_request_works_for_commands(town: Town) -> None:
    """Commands ask the same question as stdio does."""
    identity = ProcessIdentity(town.database, town.issued["chief"].secret, "x", town.house().now)
    assert (await identity.principal()).account == "chief"
    with pytest.raises(ForbiddenError):
        await ProcessIdentity(town.database, "hst_x", "x", town.house().now).principal()

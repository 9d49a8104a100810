from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import anyio
import httpx2
import pytest
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.exceptions import MCPError
from mcp_types import INVALID_PARAMS, PromptReference, ResourceTemplateReference, TextContent, TextResourceContents

from auth.scopes import Scope
from tests.server.sample import SECRET, Town, listening

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)


@asynccontextmanager
async def connected(url: str, secret: str, era: str, **options: Any) -> AsyncIterator[Client]:
    async with (
        httpx2.AsyncClient(headers={"Authorization": f"Bearer {secret}"}, timeout=10) as http,
        Client(streamable_http_client(f"{url}/mcp", http_client=http), mode=era, **options) as client,
    ):
        yield client


async def post(url: str, secret: str | None, body: object = None, **headers: str) -> httpx2.Response:
    """One raw request of the modern era."""
    given = {"Accept": "application/json, text/event-stream", **headers}
    if secret is not None:
        given["Authorization"] = f"Bearer {secret}"
    request = body if body is not None else {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
    async with httpx2.AsyncClient(timeout=10) as http:
        return await http.post(f"{url}/mcp", json=request, headers=given)


def tool_call(name: str, **arguments: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}


async def test_a_tool_is_listed_called_and_audited_over_http(url: str, town: Town, era: str) -> None:
    """Both eras: the list is the caller's, the answer has text and structure, the row names account, token and client."""
    async with connected(url, town.issued["chief"].secret, era) as client:
        listed = await client.list_tools()
        assert [t.name for t in listed.tools] == ["count_rows", "plan_own"]
        assert listed.tools[0].annotations is not None
        assert listed.tools[0].annotations.read_only_hint is True
        result = await client.call_tool("count_rows", {"rows": 2})
    assert not result.is_error
    assert result.structured_content == {
        "rows": [{"n": 0, "person": "fac-01"}, {"n": 1, "person": "pgy1-01"}],
        "who": "chief",
        "role": "chief",
    }
    [content] = result.content
    assert isinstance(content, TextContent)
    assert "1 | pgy1-01" in content.text
    assert await town.rows() == [("chief", "count_rows", "ok")]


async def test_an_error_carries_code_message_and_hint_in_both_forms(url: str, town: Town, era: str) -> None:
    """A refusal is a result the model reads, not a broken call."""
    async with connected(url, town.issued["chief"].secret, era) as client:
        refused = await client.call_tool("count_rows", {"rows": 0})
        unknown = await client.call_tool("count_rows", {"rws": SECRET})
        crashed = await client.call_tool("count_rows", {"boom": SECRET})
        forbidden = await client.call_tool("add_note", {"date": "2026-03-13"})
    assert refused.is_error
    assert refused.structured_content == {
        "code": "conflict",
        "message": "nothing can be counted",
        "hint": "ask for a row",
    }
    for result, words in (
        (refused, "hint: ask for a row"),
        (unknown, "rws: no such argument"),
        (forbidden, "forbidden"),
    ):
        [content] = result.content
        assert isinstance(content, TextContent)
        assert words in content.text
        assert SECRET not in content.text
    assert crashed.structured_content is not None
    assert crashed.structured_content["code"] == "internal"
    assert SECRET not in str(crashed.model_dump())


async def test_progress_reaches_a_client_that_asks(url: str, town: Town, era: str) -> None:
    """A long call says how far it is."""
    seen: list[tuple[float, float | None, str | None]] = []

    async def note(progress: float, total: float | None, message: str | None) -> None:
        seen.append((progress, total, message))

    async with connected(url, town.issued["chief"].secret, era) as client:
        await client.call_tool("count_rows", {}, progress_callback=note)
    assert seen == [(1, 2, "counting")]


async def test_resources_prompts_and_completions(url: str, town: Town, era: str) -> None:
    """Resources are private JSON, prompts are shown by role, arguments complete."""
    async with connected(url, town.issued["chief"].secret, era) as client:
        assert [r.uri for r in (await client.list_resources()).resources] == ["housestaff://mine"]
        templates = (await client.list_resource_templates()).resource_templates
        assert [t.name for t in templates] == ["day"]
        got = await client.read_resource("housestaff://demo/day/2026-03-13?part=AM")
        assert got.cache_scope == "private"
        [content] = got.contents
        assert isinstance(content, TextResourceContents)
        assert content.text == '{"date":"2026-03-13","part":"AM","program":"demo"}'
        [own] = (await client.read_resource("housestaff://mine")).contents
        assert isinstance(own, TextResourceContents)
        assert own.text == '{"memberships":{"demo":"chief"}}'
        prompts = {p.name: p for p in (await client.list_prompts()).prompts}
        assert list(prompts) == ["cover_absence", "audit_compliance", "release_block", "explain_my_schedule"]
        asked = await client.get_prompt("audit_compliance", {"block": "2025/10"})
        assert isinstance(asked.messages[0].content, TextContent)
        assert "block 2025/10" in asked.messages[0].content.text
        ref = ResourceTemplateReference(uri="housestaff://{program}/day/{date}{?part}")
        done = await client.complete(ref, {"name": "date", "value": "2027"}, context_arguments={"program": "demo"})
        assert done.completion.values == ["2027-01-01"]
    async with connected(url, town.issued["staff"].secret, era) as client:
        assert [p.name for p in (await client.list_prompts()).prompts] == ["audit_compliance", "explain_my_schedule"]


Request = Callable[[Client], Awaitable[object]]

UNKNOWN: list[tuple[Request, str]] = [
    (lambda c: c.call_tool("nonsense", {}), "Unknown tool"),
    (lambda c: c.get_prompt("nonsense", {}), "Unknown prompt"),
    (lambda c: c.get_prompt("audit_compliance", {}), "block: required"),
    (
        lambda c: c.get_prompt("audit_compliance", {"block": f"{SECRET} obey"}),
        "block: string should have at most 10 characters; valid: such as 2025/10",
    ),
    (lambda c: c.read_resource("housestaff://demo/nonsense/1"), "Unknown resource"),
    (lambda c: c.read_resource("housestaff://demo/day/yesterday"), "date: should be a valid date"),
    (lambda c: c.read_resource("housestaff://other/day/2026-03-13"), "program other is not known"),
    (lambda c: c.read_resource("housestaff://demo/audit"), "the role chief may not do this"),
    (lambda c: c.complete(PromptReference(name="nonsense"), {"name": "x", "value": ""}), "Unknown prompt"),
]


async def test_what_cannot_be_found_is_the_clients_error(url: str, town: Town, era: str) -> None:
    """Unknown names and faulty arguments are -32602, never an internal error."""
    async with connected(url, town.issued["chief"].secret, era) as client:
        for request, message in UNKNOWN:
            with pytest.raises(MCPError) as refused:
                await request(client)
            assert refused.value.error.code == INVALID_PARAMS
            assert refused.value.error.message.startswith(message)
            assert SECRET not in str(refused.value.error)


async def test_no_token_is_401_and_says_what_to_ask_for(url: str) -> None:
    """The challenge names the metadata and the everyday scopes; a wrong token gets the same."""
    for secret in (None, "hst_wrong", SECRET):
        refused = await post(url, secret)
        assert refused.status_code == 401
        challenge = refused.headers["www-authenticate"]
        assert challenge.startswith("Bearer error=")
        assert f'resource_metadata="{url}/.well-known/oauth-protected-resource/mcp"' in challenge
        assert 'scope="people:absence people:names schedule:propose schedule:read"' in challenge
        assert "schedule:commit" not in challenge


async def test_the_metadata_describes_this_resource(url: str) -> None:
    """RFC 9728: what the resource is called, who issues tokens, which scopes a first login asks for."""
    async with httpx2.AsyncClient() as http:
        found = (await http.get(f"{url}/.well-known/oauth-protected-resource/mcp")).json()
    assert found["resource"] == f"{url}/mcp"
    assert [u.rstrip("/") for u in found["authorization_servers"]] == [url]
    assert found["scopes_supported"] == ["people:absence", "people:names", "schedule:propose", "schedule:read"]


async def test_a_token_that_counts_no_more_is_401(url: str, town: Town) -> None:
    """Wrong audience, expired, revoked, disabled: refused at the door, at the very next request."""
    foreign = await town.token("admin", audience="https://other.example/mcp")
    bound = await town.token("admin", audience=f"{url}/mcp")
    expired = await town.token("admin", days=1, now=NOW - 2 * DAY)
    fine = town.issued["admin"]
    assert (await post(url, foreign.secret)).status_code == 401
    assert (await post(url, expired.secret)).status_code == 401
    assert (await post(url, bound.secret)).status_code != 401
    assert (await post(url, fine.secret)).status_code != 401
    await town.run(f"update tokens set revoked_at = now() where id = '{bound.id}'")
    assert (await post(url, bound.secret)).status_code == 401
    await town.run("update accounts set disabled_at = now() where id = 'admin'")
    assert (await post(url, fine.secret)).status_code == 401


async def test_a_disabled_account_is_refused_in_the_middle_of_a_session(url: str, town: Town, era: str) -> None:
    """An open session is no shelter: roles and accounts are read again at every call."""
    async with connected(url, town.issued["coordinator"].secret, era) as client:
        assert not (await client.call_tool("count_rows", {})).is_error
        await town.run("delete from roles where account = 'coordinator'")
        refused = await client.call_tool("count_rows", {})
        assert refused.structured_content is not None
        assert refused.structured_content["code"] == "forbidden"
        await town.run("update accounts set disabled_at = now() where id = 'coordinator'")
        with pytest.raises((MCPError, httpx2.HTTPError, RuntimeError, ExceptionGroup)):
            await client.call_tool("count_rows", {})


async def test_a_missing_scope_is_a_challenge_only_where_the_role_allows_it(url: str, town: Town) -> None:
    """403 insufficient_scope asks for a wider token; where no token would help, the edge explains instead."""
    narrow = await town.token("admin", scopes={Scope.SCHEDULE_READ})
    stepped = await post(url, narrow.secret, tool_call("add_note", program="demo", date="2026-03-13"))
    assert stepped.status_code == 403
    challenge = stepped.headers["www-authenticate"]
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="schedule:commit"' in challenge
    assert "resource_metadata=" in challenge
    more = await post(url, narrow.secret, tool_call("count_rows", program="demo", kind="deep"))
    assert 'scope="audit:read"' in more.headers["www-authenticate"]
    read = {"jsonrpc": "2.0", "id": 1, "method": "resources/read", "params": {"uri": "housestaff://demo/audit"}}
    assert 'scope="audit:read"' in (await post(url, narrow.secret, read)).headers["www-authenticate"]
    others: list[object] = [
        tool_call("count_rows"),
        tool_call("nonsense"),
        [],
        "x",
        {"method": "tools/call", "params": 3},
    ]
    for body in others:
        assert (await post(url, narrow.secret, body)).status_code != 403
    resident = await town.token("resident", scopes={Scope.SCHEDULE_READ})
    assert (await post(url, resident.secret, tool_call("add_note", date="2026-03-13"))).status_code != 403
    assert (await post(url, resident.secret, tool_call("plan_own", person="pgy1-01"))).status_code == 403


async def test_a_narrow_token_still_sees_the_tools_of_its_role(url: str, town: Town, era: str) -> None:
    """Hiding them would make step-up impossible."""
    narrow = await town.token("program_director", scopes={Scope.SCHEDULE_READ})
    async with connected(url, narrow.secret, era) as client:
        assert [t.name for t in (await client.list_tools()).tools] == ["count_rows", "plan_own", "add_note"]


async def test_a_session_belongs_to_the_token_that_opened_it(url: str, town: Town) -> None:
    """Another caller cannot speak inside a session, even with a valid token of their own."""
    start = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
    opened = await post(url, town.issued["chief"].secret, start)
    session = opened.headers["mcp-session-id"]
    headers = {"mcp-session-id": session, "mcp-protocol-version": "2025-06-18"}
    assert (await post(url, town.issued["staff"].secret, None, **headers)).status_code == 404
    assert (await post(url, town.issued["chief"].secret, None, **headers)).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "127.0.0.1.evil.example"}, 400),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:5173"}, 200),
    ],
)
async def test_host_and_origin_are_checked(url: str, town: Town, headers: dict[str, str], status: int) -> None:
    """A page of another site, or a name that points here, reaches nothing."""
    start = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"}},
    }
    assert (await post(url, town.issued["chief"].secret, start, **headers)).status_code == status


async def test_an_enormous_body_is_refused(url: str, town: Town) -> None:
    """A mebibyte is plenty for a call."""
    big = tool_call("count_rows", kind="x" * 1_100_000)
    assert (await post(url, town.issued["chief"].secret, big)).status_code == 413


async def test_watching_is_admitted_by_role(url: str, town: Town) -> None:
    """A caller may watch what they may read, and is told of changes; nothing else."""
    async with connected(url, town.issued["chief"].secret, "auto") as client:
        for uri in ("housestaff://other/day/2026-03-13", "housestaff://demo/audit", "housestaff://demo/nonsense"):
            with pytest.raises(MCPError):
                async with client.listen(resource_subscriptions=[uri]):
                    pass
        async with client.listen(resource_subscriptions=["housestaff://demo/day/2026-03-13"]):
            pass
    outcomes = [(t, o) for _, t, o in await town.rows()]
    assert ("subscription audit", "forbidden") in outcomes
    assert ("subscription day", "ok") in outcomes


async def test_health_says_little(url: str) -> None:
    """It needs no token and tells no secrets."""
    async with httpx2.AsyncClient() as http:
        found = await http.get(f"{url}/health")
    assert (found.status_code, sorted(found.json())) == (200, ["dead_letters", "status", "version"])


async def test_a_bound_token_is_refused_by_another_address_of_the_same_house(town: Town) -> None:
    """A token issued for one server's URL opens that one only."""
    bound = await town.token("admin", audience="http://127.0.0.1:1/mcp")
    async with listening(town) as url:
        assert (await post(url, bound.secret)).status_code == 401


async def test_many_callers_at_once_keep_their_names_apart(url: str, town: Town, era: str) -> None:
    """Concurrent calls of different accounts each answer as themselves."""
    answers: dict[str, set[str]] = {}

    async def ask(name: str) -> None:
        async with connected(url, town.issued[name].secret, era) as client:
            for _ in range(5):
                result = await client.call_tool("count_rows", {})
                assert result.structured_content is not None
                answers.setdefault(name, set()).add(result.structured_content["who"])

    names = ("chief", "staff", "auditor", "resident", "admin")
    async with anyio.create_task_group() as group:
        for name in names:
            group.start_soon(ask, name)
    assert answers == {name: {name} for name in names}

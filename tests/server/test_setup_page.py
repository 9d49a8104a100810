from __future__ import annotations

import datetime as dt
import re
from collections.abc import AsyncIterator

import httpx2
import pytest

from auth import accounts, setup
from auth.roles import Role
from scheduling.store.audit import SERVER
from scheduling.store.database import Database
from tests.server.sample import Town, free_port, listening, settings_for


@pytest.fixture
async def empty(database: Database) -> Town:
    """A server nobody administers."""
    return Town(database, settings_for(free_port()))


@pytest.fixture
async def url(empty: Town) -> AsyncIterator[str]:
    async with listening(empty) as base:
        yield base


async def offer(town: Town) -> str:
    async with town.database.session() as session:
        secret = await setup.offer(session, dt.datetime.now(dt.UTC))
        await session.commit()
    assert secret is not None
    return secret


async def send(url: str, form: dict[str, str], **headers: str) -> httpx2.Response:
    async with httpx2.AsyncClient() as http:
        return await http.post(f"{url}/setup", data=form, headers=headers)


async def test_the_link_makes_an_administrator_whose_token_works(url: str, empty: Town) -> None:
    """Form, administrator, token shown once with what to paste where; then the link is closed and the act on record."""
    secret = await offer(empty)
    async with httpx2.AsyncClient() as http:
        form = await http.get(f"{url}/setup", params={"token": secret})
        assert (form.status_code, "<form method=post" in form.text) == (200, True)
        done = await http.post(f"{url}/setup", data={"token": secret, "account": "boss"})
        assert done.status_code == 200
        token = re.search(r"<code id=token>(hst_[\w-]+)</code>", done.text)
        assert token is not None
        for client in ("claude mcp add", "codex mcp add", "mcp.json"):
            assert client in done.text
        request = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
        headers = {"Authorization": f"Bearer {token[1]}", "Accept": "application/json, text/event-stream"}
        assert (await http.post(f"{url}/mcp", json=request, headers=headers)).status_code != 401
        assert (await http.get(f"{url}/setup", params={"token": secret})).status_code == 403
        assert (await http.post(f"{url}/setup", data={"token": secret, "account": "b2"})).status_code == 403
    async with empty.database.session() as session:
        [view] = await accounts.overview(session)
    assert (view.id, view.roles["*"].role) == ("boss", Role.ADMIN)
    assert await empty.rows(SERVER) == [("boss", "setup", "ok")]


async def test_the_page_is_closed_to_frames_caches_and_referrers(url: str, empty: Town) -> None:
    """The secret in the address leaks to no other page, and no page can frame the form."""
    async with httpx2.AsyncClient() as http:
        page = await http.get(f"{url}/setup", params={"token": await offer(empty)})
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "default-src 'none'" in page.headers["content-security-policy"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_another_sites_form_is_refused(url: str, empty: Town, headers: dict[str, str]) -> None:
    """Even with the secret, a form must come from this server's own page."""
    secret = await offer(empty)
    assert (await send(url, {"token": secret, "account": "boss"}, **headers)).status_code == 403
    assert (await send(url, {"token": secret, "account": "boss"}, Origin=url)).status_code == 200


async def test_what_is_no_form_of_ours_makes_nobody(url: str, empty: Town) -> None:
    """Bad ids may be corrected, anything else is refused, and nothing typed comes back unescaped."""
    secret = await offer(empty)
    bad = await send(url, {"token": secret, "account": "<script>alert(1)</script>"})
    assert (bad.status_code, "<form method=post" in bad.text, "<script>" in bad.text) == (400, True, False)
    assert (await send(url, {"token": "hss_wrong", "account": "boss"})).status_code == 403
    assert (await send(url, {"token": secret, "account": "x" * 5000})).status_code == 400
    async with httpx2.AsyncClient() as http:
        assert (await http.post(f"{url}/setup", content=b"\xff\xfe")).status_code == 400
        odd = await http.get(f"{url}/setup", params={"token": "'><script>"})
        assert (odd.status_code, "<script>" in odd.text) == (403, False)
    async with empty.database.session() as session:
        assert await accounts.overview(session) == []

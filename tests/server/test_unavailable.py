from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
import structlog

from scheduling.store import database as store
from scheduling.store.database import Database
from tests.server.sample import free_port, listening, settings_for, settle
from tests.server.test_http import connected
from tests.severed import way_to

FEED = "secret-of-a-feed-that-is-its-whole-right-xx"
LIST = {"jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {}}
ACCEPT = {"Accept": "application/json, text/event-stream"}


async def test_whoever_calls_while_the_database_is_away_is_told_when_to_come_back(
    database_url: str, home: Path, era: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 with Retry-After for a token that nobody can look up, a feed and a setup link, no secret in the log; then all is well."""
    monkeypatch.setattr(store, "RECOVERY_PATIENCE", 0.3)
    async with way_to(database_url, home) as way:
        database = Database(way.url)
        town = await settle(database, settings_for(free_port()))
        secret = town.issued["chief"].secret
        bearer = {"Authorization": f"Bearer {secret}", **ACCEPT}
        async with listening(town) as url, httpx2.AsyncClient(timeout=20) as http:
            async with connected(url, secret, era) as client:
                assert (await client.list_tools()).tools
            await way.cut()
            with structlog.testing.capture_logs() as logs:
                refused = await http.post(f"{url}/mcp", json=LIST, headers=bearer)
                feed = await http.get(f"{url}/feeds/{FEED}.ics")
                setup = await http.post(f"{url}/setup", data={"token": "hss_unknown", "account": "boss"})
                health = await http.get(f"{url}/health")
                stranger = await http.post(f"{url}/mcp", json=LIST, headers=ACCEPT)
            await way.mend()
            async with connected(url, secret, era) as client:
                assert not (await client.call_tool("count_rows", {"rows": 1})).is_error
        await database.dispose()
    for answer in (refused, feed, setup):
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert answer.text == "the database is away: try again\n"
    assert (health.status_code, stranger.status_code) == (503, 401)
    assert secret not in str(logs)
    assert FEED not in str(logs)
    assert {log["log_level"] for log in logs} <= {"warning"}

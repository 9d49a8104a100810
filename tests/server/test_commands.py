from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from anyio import to_thread
from anyio.streams.text import TextReceiveStream
from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

from scheduling.store.database import Database, libpq_dsn
from server.__main__ import COMMANDS, main
from server.commands import catalog
from tests.server.sample import Town, free_port, settings_for

Ran = tuple[int, str, str]
Cli = Callable[..., Awaitable[Ran]]


@pytest.fixture
async def cli(database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    """Run a command in this process, on this test's database, as its operator."""
    monkeypatch.setenv("DATABASE_URL", libpq_dsn(database.url))

    def ran(arguments: tuple[str, ...]) -> int:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert isinstance(ended.value.code, int)
        return ended.value.code

    async def run(*arguments: str) -> Ran:
        capsys.readouterr()
        code = await to_thread.run_sync(ran, arguments)
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return run


@pytest.fixture
async def programs(database: Database) -> Town:
    """Two programs, one person, no account."""
    town = Town(database, settings_for(free_port()))
    await town.run("insert into programs (slug, zone) values ('demo', 'UTC'), ('other', 'UTC')")
    await town.run("insert into people (program, id, kind) values ('demo', 'fac-01', 'faculty')")
    return town


async def test_accounts_and_tokens_from_first_to_last(cli: Cli, programs: Town) -> None:
    """Add, list, change, issue, use, revoke, disable: each says what it did and leaves a row."""
    assert await cli("user", "add", "boss", "--role", "admin") == (
        0,
        "boss is admin in every program; next: housestaff token issue boss\n",
        "",
    )
    code, out, _ = await cli("user", "add", "f1", "--role", "faculty", "--program", "demo", "--person", "fac-01")
    assert (code, out.split(";")[0]) == (0, "f1 is faculty in demo")
    assert (await cli("user", "role", "f1", "--role", "coordinator", "--program", "demo"))[0] == 0
    assert (await cli("user", "role", "f1", "--role", "staff", "--program", "other"))[0] == 0
    assert (await cli("user", "role", "f1", "--remove", "--program", "other"))[0] == 0
    listed = json.loads((await cli("user", "list", "--json"))[1])
    assert [(a["id"], a["roles"]) for a in listed] == [
        ("boss", ["every program:admin"]),
        ("f1", ["demo:coordinator(fac-01)"]),
    ]
    code, secret, told = await cli("token", "issue", "f1", "--scopes", "schedule:read", "--days", "3")
    assert code == 0
    assert re.fullmatch(r"hst_[\w-]{43}\n", secret)
    for words in ("not shown again", "claude mcp add", "codex mcp add", "VS Code", "Cursor"):
        assert words in told
    [token] = json.loads((await cli("token", "list", "f1", "--json"))[1])
    assert (token["scopes"], token["revoked"]) == (["schedule:read"], False)
    assert secret.strip() not in json.dumps(token)
    assert (await cli("token", "revoke", token["id"]))[1] == "revoked: a token of f1\n"
    assert (await cli("user", "disable", "f1"))[0] == 0
    assert (await cli("token", "issue", "f1"))[2].startswith("housestaff: the account f1 is disabled")
    assert (await cli("user", "enable", "f1"))[0] == 0
    assert [t for _, t, _ in await programs.rows("demo")] == ["user add", "user role"]
    tools = [t for _, t, _ in await programs.rows("-")]
    assert tools == ["user add", "token issue", "token revoke", "user disable", "user enable"]


FAILURES = [
    (("user", "add", "x", "--role", "boss"), "role: no such role; valid: admin, program_director"),
    (("user", "add", "x", "--role", "chief"), "program: say which program; valid: demo, other"),
    (("user", "add", "x", "--role", "chief", "--program", "dmo"), "program dmo is not known; nearest: demo"),
    (("user", "add", "a b", "--role", "admin"), "id: letters, digits"),
    (("user", "add", "operator", "--role", "admin"), "id: reserved"),
    (
        ("user", "add", "x", "--role", "chief", "--program", "demo", "--person", "fac-02"),
        "person fac-02 is not known",
    ),
    (("user", "disable", "nobody"), "account nobody is not known"),
    (("token", "issue", "nobody"), "account nobody is not known"),
    (("token", "issue", "x", "--scopes", "all"), "scopes: no such scope; valid: schedule:read"),
    (("token", "revoke", "hst_whatever"), "token ? is not known"),
    (("restore", "/nonexistent/file"), "FILE: is not there"),
    (("audit", "export", "/etc/hostname"), "FILE: is there already"),
]
WRONG = [("nonsense",), ("user",), ("user", "add"), ("serve", "--port", "x"), ("user", "role", "x")]


async def test_a_failure_is_one_line_with_the_next_step(cli: Cli, programs: Town) -> None:
    """Exit status 1, nothing on stdout, one line on stderr, no trace."""
    for arguments, words in FAILURES:
        code, out, err = await cli(*arguments)
        assert (code, out, err.count("\n")) == (1, "", 1)
        assert err.startswith(f"housestaff: {words}")
        assert "Traceback" not in err


async def test_a_wrong_question_is_one_line_too(cli: Cli) -> None:
    """Exit status 2 tells a script that it asked wrongly."""
    for arguments in WRONG:
        code, out, err = await cli(*arguments)
        assert (code, out, err.count("\n")) == (2, "", 1)


async def test_a_surprise_shows_an_incident_and_no_trace(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw still ends in one line."""

    def broken(_: object) -> None:
        raise ZeroDivisionError("private words")

    monkeypatch.setattr(catalog, "listing", broken)
    code, _, err = await cli("catalog")
    assert (code, err.count("\n")) == (1, 1)
    assert re.match(r"housestaff: unexpected ZeroDivisionError \(inc-[0-9a-f]{8}\)", err)
    assert "private words" not in err


async def test_help_lists_every_command_without_loading_it(cli: Cli) -> None:
    """The list is complete, and quick."""
    for arguments in ((), ("--help",)):
        code, out, _ = await cli(*arguments)
        assert code == 0
        for command in COMMANDS:
            assert f"  {command.name} " in out
    assert (await cli("--version"))[1].startswith("housestaff ")


async def test_the_trail_is_verified_and_exported(cli: Cli, programs: Town, tmp_path: Path) -> None:
    """A sound trail passes; one that was touched fails and says where; the export holds every link."""
    await cli("user", "add", "boss", "--role", "admin")
    await cli("user", "add", "c", "--role", "chief", "--program", "demo")
    code, out, _ = await cli("audit", "verify", "--json")
    assert (code, [(v["program"], v["links"]) for v in json.loads(out)]) == (0, [("-", 1), ("demo", 1)])
    file = tmp_path / "trail.jsonl"
    assert (await cli("audit", "export", str(file)))[0] == 0
    links = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(link["program"], link["tool"], link["facts"]["account"]) for link in links] == [
        ("-", "user add", "boss"),
        ("demo", "user add", "c"),
    ]
    await programs.run("alter table audit disable trigger audit_append_only")
    await programs.run("update audit set caller = 'somebody' where program = 'demo'")
    code, _, err = await cli("audit", "verify", "--program", "demo")
    assert code == 1
    assert "the trail of demo is broken at link 1" in err


async def test_a_backup_comes_back(cli: Cli, programs: Town, tmp_path: Path) -> None:
    """What a backup holds replaces what is there, only when forced, and the trail still verifies."""
    await cli("user", "add", "boss", "--role", "admin")
    file = tmp_path / "all.zip"
    assert (await cli("backup", str(file)))[0] == 0
    await cli("user", "add", "late", "--role", "admin")
    code, _, err = await cli("restore", str(file))
    assert code == 1
    assert "holds data already" in err
    assert (await cli("restore", str(file), "--force"))[0] == 0
    assert [a["id"] for a in json.loads((await cli("user", "list", "--json"))[1])] == ["boss"]
    assert (await cli("audit", "verify"))[0] == 0
    assert (await cli("migrate"))[1].startswith("the database is current")


async def test_the_doctor_looks_at_everything(cli: Cli, programs: Town) -> None:
    """Each check has a finding; a broken trail fails the command."""
    code, out, _ = await cli("doctor", "--json")
    found = {f["check"]: f for f in json.loads(out)}
    assert code == 0
    assert {"interpreter", "database", "clock", "keys", "accounts", "programs", "notices", "audit"} <= set(found)
    assert found["accounts"]["health"] == "warn"
    assert "user add" in found["accounts"]["advice"]
    assert found["programs"]["seen"] == "demo, other"
    await cli("user", "add", "boss", "--role", "admin")
    await programs.run("alter table audit disable trigger audit_append_only")
    await programs.run("delete from audit")
    assert (await cli("doctor"))[0] == 1


async def test_a_token_in_the_environment_is_who_runs_the_command(
    cli: Cli, programs: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With HOUSESTAFF_TOKEN a command has that account's rights and no more."""
    await cli("user", "add", "boss", "--role", "admin")
    await cli("user", "add", "c", "--role", "chief", "--program", "demo")
    boss = (await cli("token", "issue", "boss"))[1].strip()
    chief = (await cli("token", "issue", "c"))[1].strip()
    monkeypatch.setenv("HOUSESTAFF_TOKEN", chief)
    for arguments in (
        ("user", "list"),
        ("user", "add", "x", "--role", "admin"),
        ("audit", "verify"),
        ("backup", "/tmp/x"),
    ):
        code, _, err = await cli(*arguments)
        assert code == 1
        assert "administrator of every program" in err
    code, _, err = await cli("user", "add", "x", "--role", "staff", "--program", "demo")
    assert code == 1
    assert "admin:manage" in err
    monkeypatch.setenv("HOUSESTAFF_TOKEN", boss)
    assert (await cli("user", "add", "x", "--role", "staff", "--program", "demo"))[0] == 0
    assert ("boss", "user add", "ok") in await programs.rows("demo")
    monkeypatch.setenv("HOUSESTAFF_TOKEN", "hst_nothing")
    assert "HOUSESTAFF_TOKEN is not known here" in (await cli("user", "list"))[2]


def environment(database: Database, **more: str) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "DATABASE_URL": libpq_dsn(database.url), **more}


@asynccontextmanager
async def serving(database: Database, *arguments: str) -> AsyncIterator[tuple[anyio.abc.Process, str]]:
    """`housestaff serve` as a process; yields it and what it printed until it was reachable."""
    command = [sys.executable, "-m", "server", "serve", *arguments]
    async with await anyio.open_process(command, env=environment(database), stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        printed = ""
        try:
            with anyio.fail_after(60):
                async for text in TextReceiveStream(process.stdout):
                    printed += text
                    if "Cursor" in printed:
                        break
            yield process, printed
        finally:
            if process.returncode is None:
                process.kill()


async def test_serve_greets_its_first_administrator_and_ends_when_told(database: Database, cli: Cli) -> None:
    """The first start prints the link and the configuration of every client; the link works; SIGTERM is an orderly end."""
    async with serving(database, "--port", "0") as (process, printed):
        address = re.search(r"serves (http://127\.0\.0\.1:\d+)/mcp", printed)
        link = re.search(r"http://\S+/setup\?token=(hss_\S+)", printed)
        assert address is not None
        assert link is not None
        assert f"claude mcp add --transport http housestaff {address[1]}/mcp" in printed
        with anyio.fail_after(120):
            async with httpx2.AsyncClient(transport=httpx2.AsyncHTTPTransport(retries=5), timeout=60) as http:
                while True:
                    if (await http.get(f"{address[1]}/health")).json()["status"] == "ok":
                        break
                    await anyio.sleep(0.1)
                made = await http.post(f"{address[1]}/setup", data={"token": link[1], "account": "boss"})
        assert "hst_" in made.text
        process.send_signal(signal.SIGTERM)
        with anyio.fail_after(60):
            assert await process.wait() in {0, -signal.SIGTERM}
    assert "boss" in (await cli("user", "list"))[1]


async def test_serve_says_in_one_line_that_its_port_is_taken(cli: Cli) -> None:
    """No stack of callbacks, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        code, _, err = await cli("serve", "--port", str(taken.getsockname()[1]))
    assert (code, err.count("\n")) == (1, 1)
    assert "cannot be listened on" in err


async def test_stdio_serves_the_account_of_its_token_and_nothing_else_on_stdout(
    database: Database, cli: Cli, era: str
) -> None:
    """A real process: the protocol on stdout, the logs on stderr, the caller from the environment."""
    await cli("user", "add", "boss", "--role", "admin")
    secret = (await cli("token", "issue", "boss"))[1].strip()
    process = StdioServerParameters(
        command=sys.executable,
        args=["-m", "server", "stdio"],
        env=environment(database, HOUSESTAFF_TOKEN=secret, HOUSESTAFF_LOG="debug"),
    )
    with anyio.fail_after(60):
        async with Client(stdio_client(process), mode=era) as client:
            assert "find_people" in [t.name for t in (await client.list_tools()).tools]
            result = await client.call_tool("find_people", {})
    assert result.structured_content is not None
    assert result.structured_content["code"] == "forbidden"
    assert "no program has been imported yet" in result.structured_content["hint"]


async def test_stdio_does_not_start_nameless_on_a_shared_database(cli: Cli) -> None:
    """Fail closed, and say which variable is missing."""
    code, out, err = await cli("stdio")
    assert (code, out) == (1, "")
    assert "HOUSESTAFF_TOKEN: must be set" in err

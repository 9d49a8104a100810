"""A real PostgreSQL server started from a folder of programs, shared by every process that uses one data directory.

Truth is what the kernel says, never a process id: `users.lock` is shared by the processes that use the server (the
last one stops it, a killed one simply stops counting), and `server.lock` is inherited by every process of the server
itself, so it is free exactly when no part of the server lives.
"""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import socket
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from scheduling.store.account import Account
from scheduling.store.binaries import Binaries, find_binaries
from scheduling.store.errors import StorageError
from scheduling.store.home import cluster_folder, prepare_home
from scheduling.store.locks import FileLock, exclusively

USER = "housestaff"
DATABASE = "postgres"
PORT = 5432
PATIENCE = 120.0
LONGEST_SOCKET_FOLDER = 85
LARGEST_LOG = 8 * 1024 * 1024
FIRST_WITH_BUILTIN_LOCALE = 17
SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "log_checkpoints": "off",
    # Statements and details may carry names and reasons: they never reach the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}


class EmbeddedServer:
    """The PostgreSQL server of one home; `start` and `stop` may be called by any number of processes."""

    def __init__(
        self, home: Path, *, binaries: Binaries | None = None, settings: Mapping[str, str] | None = None
    ) -> None:
        """`settings` are added to the server's command line by whichever process starts it."""
        if sys.platform == "win32":
            raise StorageError("the embedded database needs Linux or macOS", hint="set DATABASE_URL")
        self.home = home.resolve()
        self._binaries = binaries
        self._settings = {**SETTINGS, **(settings or {})}
        self._use: FileLock | None = None

    def start(self) -> str:
        """Make sure the server runs, count as one of its users, and return its SQLAlchemy URL.

        Calling it again while using the server revives a server that has died.
        """
        prepare_home(self.home)
        with exclusively(self.home / "start.lock"):
            self._settle()
            use = self._use or FileLock(self.home / "users.lock").share()
            try:
                self._keep_trying()
            except BaseException:
                if use is not self._use:
                    use.close()
                raise
            self._use = use
        return self.url

    def stop(self) -> bool:
        """Stop using the server; return whether it was stopped because nobody else uses it."""
        if self._use is None:
            return False
        with exclusively(self.home / "start.lock"):
            use, self._use = self._use, None
            try:
                return use.try_seize() and self._shut_down()
            finally:
                use.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """SQLAlchemy's URL of the started server."""
        return f"postgresql+asyncpg://{USER}@/{DATABASE}?host={self._socket}"

    @property
    def libpq_dsn(self) -> str:
        """The same address for libpq's programs and drivers."""
        return f"postgresql://{USER}@/{DATABASE}?host={self._socket}"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._data / "server.log"

    def postmaster_pid(self) -> int:
        """Process id of the running server, as it wrote it down itself."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def _settle(self) -> None:
        """Decide account, programs and folders; the same home always gives the same answer."""
        found = self._binaries or find_binaries()
        cluster = cluster_folder(self.home, Account.for_server())
        self._data = cluster / f"pg{found.major}"
        self._account = Account.for_server(self._data)
        self._programs = found.readable_by(self._account)
        self._socket = cluster / "s"
        if len(str(self._socket).encode()) > LONGEST_SOCKET_FOLDER:
            # Not the TMPDIR of this process: every user of the home must arrive at the same place.
            key = hashlib.sha256(str(self._data).encode()).hexdigest()[:12]
            self._socket = Path("/tmp") / f"housestaff-{key}"  # noqa: S108 - made private below, or refused
        _refuse_other_major(cluster, found.major)

    def _keep_trying(self) -> None:
        if not self._data.exists():
            self._initialise()
        _private_folder(self._socket, self._account)
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            if time.monotonic() > deadline:
                raise StorageError(f"the database did not become ready; its log is {self.log}")
            vacancy = FileLock(self.home / "server.lock")
            try:
                if vacancy.try_seize():
                    self._launch(vacancy)
                else:
                    time.sleep(0.05)  # a server is starting, recovering or dying: never race it
            finally:
                vacancy.close()

    def _initialise(self) -> None:
        """Create the data beside its place and move it there whole: what a killed initdb leaves is thrown away."""
        unfinished = self._data.with_suffix(".new")
        shutil.rmtree(unfinished, ignore_errors=True)
        _private_folder(unfinished, self._account)
        builtin = self._programs.major >= FIRST_WITH_BUILTIN_LOCALE
        locale = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if builtin else ("--locale=C",)
        initdb = self._programs.program("initdb")
        self._account.run(
            [initdb, "-D", unfinished, "-U", USER, "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", *locale],
            timeout=PATIENCE,
        )
        unfinished.rename(self._data)

    def _ready(self) -> bool:
        if not _answers(self._socket):
            return False
        ask: list[str | Path] = [
            self._programs.folder / "pg_isready",
            "-q",
            "-h",
            self._socket,
            "-p",
            str(PORT),
            "-t",
            "2",
        ]
        try:
            self._account.run(ask, timeout=10)
        except StorageError:
            return False
        return True

    def _launch(self, vacancy: FileLock) -> None:
        """Start the server and hand it the lock that says it lives."""
        self._forget_dead_server()
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG:
            self.log.replace(self.log.with_suffix(".old"))
        settings = {**self._settings, "unix_socket_directories": str(self._socket), "port": str(PORT)}
        options = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        pg_ctl = self._programs.program("pg_ctl")
        command: list[str | Path] = [
            pg_ctl,
            "start",
            "-D",
            self._data,
            "-s",
            "-w",
            "-t",
            "110",
            "-l",
            self.log,
            "-o",
            options,
        ]
        try:
            self._account.run(command, timeout=PATIENCE, keep=[vacancy.fd])
        except StorageError as error:
            reason = _last_fatal(self.log) or error.message
            raise StorageError(f"the database did not start: {reason}", hint=f"its log is {self.log}") from error

    def _forget_dead_server(self) -> None:
        """Remove what a killed server left behind; its process id may meanwhile be somebody else's."""
        pid_file = self._data / "postmaster.pid"
        if pid_file.exists() and _works_in(_first_number(pid_file), self._data):
            raise StorageError(
                f"a PostgreSQL server that housestaff did not start works in {self._data}", hint="stop it first"
            )
        pid_file.unlink(missing_ok=True)
        (self._socket / f".s.PGSQL.{PORT}.lock").unlink(missing_ok=True)

    def _shut_down(self) -> bool:
        vacancy = FileLock(self.home / "server.lock")
        try:
            if vacancy.try_seize():
                return True  # it is dead already: there is nobody to send a signal to
        finally:
            vacancy.close()
        pg_ctl = self._programs.program("pg_ctl")
        try:
            self._account.run([pg_ctl, "stop", "-D", self._data, "-s", "-w", "-t", "60", "-m", "fast"], timeout=90)
        except StorageError:
            self._account.run([pg_ctl, "stop", "-D", self._data, "-s", "-w", "-t", "20", "-m", "immediate"], timeout=30)
        return True


def _refuse_other_major(cluster: Path, major: int) -> None:
    """Raise StorageError when the folder holds data of another PostgreSQL and none of this one."""
    for marker in sorted(cluster.glob("pg*/PG_VERSION")):
        if not marker.parent.name.removeprefix("pg").isdigit():
            continue
        written_by = marker.read_text().strip()
        named_for_us = marker.parent.name == f"pg{major}"
        usable_too = (cluster / f"pg{major}").exists()
        if written_by != str(major) and (named_for_us or not usable_too):
            raise StorageError(
                f"the data in {marker.parent} was written by PostgreSQL {written_by}, and this is PostgreSQL {major}",
                hint="with the earlier housestaff run `housestaff backup FILE`, move that folder away,"
                " then run `housestaff restore FILE` with this one",
            )


def _private_folder(folder: Path, account: Account) -> None:
    """Create `folder` for the account alone, or raise StorageError when somebody else owns it."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if folder.is_symlink() or found.st_uid != account.uid or found.st_mode & 0o077:
            raise StorageError(
                f"{folder} is not a private folder of {account.name}", hint="remove it, or set HOUSESTAFF_HOME"
            ) from None
    else:
        if account.delegated:
            os.chown(folder, account.uid, account.gid)


def _answers(folder: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(2)
        try:
            client.connect(str(folder / f".s.PGSQL.{PORT}"))
        except OSError:
            return False
    return True


def _last_fatal(log: Path) -> str | None:
    lines = log.read_text(errors="replace").splitlines()[-50:] if log.exists() else []
    return next((line.split("FATAL:")[1].strip() for line in reversed(lines) if "FATAL:" in line), None)


def _first_number(file: Path) -> int:
    words = file.read_text().split()
    return int(words[0]) if words and words[0].isdigit() else 0


def _works_in(pid: int, folder: Path) -> bool:
    try:
        return psutil.Process(pid).cwd() == str(folder)
    except psutil.Error:
        return False

"""A real PostgreSQL server of our own, shared by every process that uses one data directory.

Truth is what the kernel says, never a process id: `users.lock` is shared by the processes that use the server (the
last one stops it, a killed one simply stops counting), and `server.lock` is inherited by every process of the server
itself (and of the initdb before it), so it is free exactly when no part of the server lives.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from scheduling.store.binaries import Binaries, find_binaries
from scheduling.store.cluster import PORT, START_PATIENCE, USER, Cluster
from scheduling.store.errors import StorageError
from scheduling.store.home import prepare_home
from scheduling.store.locks import FileLock, exclusively

DATABASE = "postgres"
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
        self.home = home.resolve()
        self._binaries = binaries
        self._settings = {**SETTINGS, **(settings or {})}
        self._started: Cluster | None = None
        self._use: FileLock | None = None

    def start(self) -> str:
        """Make sure the server runs, count as one of its users, and return its SQLAlchemy URL.

        Calling it again while using the server revives a server that has died. Raises StorageError when it cannot run.
        """
        prepare_home(self.home)
        with exclusively(self.home / "start.lock"):
            self._started = Cluster.of_home(self.home, self._binaries or find_binaries())
            use = self._use or FileLock(self.home / "users.lock").share()
            try:
                self._bring_up(self._started)
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
                if not use.try_seize():
                    return False
                self._shut_down(self._cluster)
            finally:
                use.close()
        return True

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
        return f"postgresql+asyncpg://{USER}@/{DATABASE}?{self._address}"

    @property
    def libpq_dsn(self) -> str:
        """The same address for libpq's programs and drivers."""
        return f"postgresql://{USER}@/{DATABASE}?{self._address}"

    @property
    def _address(self) -> str:
        # The port is named so that no PGPORT of the surroundings leads elsewhere.
        return f"host={quote(str(self._cluster.sockets))}&port={PORT}"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self._cluster.log

    def postmaster_pid(self) -> int:
        """Process id of the running server; raises StorageError when it does not run."""
        pid = self._cluster.pid()
        if pid is None:
            raise StorageError("the database does not run")
        return pid

    @property
    def _cluster(self) -> Cluster:
        if self._started is None:
            raise StorageError("the database was not started by this process")
        return self._started

    @contextlib.contextmanager
    def _vacancy(self) -> Iterator[FileLock | None]:
        """Give the lock that says a server lives, seized because none does, or None while a process of one is left."""
        lock = FileLock(self.home / "server.lock")
        try:
            yield lock if lock.try_seize() else None
        finally:
            lock.close()

    def _bring_up(self, cluster: Cluster) -> None:
        deadline = time.monotonic() + START_PATIENCE
        while not cluster.ready():
            if time.monotonic() > deadline:
                raise StorageError(f"the database did not become ready; its log is {cluster.log}")
            with self._vacancy() as vacancy:
                if vacancy is not None:
                    if not cluster.data.exists():
                        cluster.initialise(keep=vacancy.fd)
                    cluster.launch(self._settings, keep=vacancy.fd)
                    continue
            time.sleep(0.05)  # a server is being prepared, started, recovered or ended: never race it

    def _shut_down(self, cluster: Cluster) -> None:
        """Ask the server to end, ever more firmly, until no process of it is left."""
        for request, patience in ((signal.SIGINT, 60.0), (signal.SIGQUIT, 20.0), (signal.SIGKILL, 10.0)):
            pid = cluster.pid()
            if pid is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, request)
            if self._gone_within(patience):
                return
        raise StorageError(f"the database does not stop; its log is {cluster.log}")

    def _gone_within(self, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with self._vacancy() as vacancy:
                if vacancy is not None:
                    return True
            time.sleep(0.01)
        return False

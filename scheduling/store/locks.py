"""Locks the kernel keeps on files: they end with the processes that hold them, however those die."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Self


class FileLock:
    """One holder's handle on a lock file (flock). Every instance counts as a holder of its own, also in one process."""

    def __init__(self, path: Path) -> None:
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        if os.geteuid() == 0:
            folder = path.parent.stat()  # root must not shut the folder's owner out
            os.fchown(self._fd, folder.st_uid, folder.st_gid)

    @property
    def fd(self) -> int:
        """The open descriptor: a child that inherits it holds the lock too."""
        return self._fd

    def share(self) -> Self:
        """Wait until nobody holds the lock exclusively, then hold it with others."""
        fcntl.flock(self._fd, fcntl.LOCK_SH)
        return self

    def seize(self) -> Self:
        """Wait until nobody else holds the lock, then hold it alone."""
        fcntl.flock(self._fd, fcntl.LOCK_EX)
        return self

    def try_seize(self) -> bool:
        """Hold the lock alone if nobody else holds it now; a share held before is given up either way."""
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def close(self) -> None:
        """Let go; children that inherited the descriptor keep the lock."""
        os.close(self._fd)


@contextlib.contextmanager
def exclusively(path: Path) -> Iterator[None]:
    """Hold the lock file at `path` alone for the length of the block."""
    lock = FileLock(path)
    try:
        lock.seize()
        yield
    finally:
        lock.close()

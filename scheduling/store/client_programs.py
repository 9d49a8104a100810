"""PostgreSQL's client programs (`pg_dump`, `pg_restore`, `psql`), run against the database of an address."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import anyio

from scheduling.store.binaries import find_binaries
from scheduling.store.errors import StorageError


async def run_program(name: str, *arguments: str | Path, dsn: str | None = None) -> str:
    """Run a client program to its end and return what it printed; raise StorageError with its first error.

    `dsn` is the database's libpq address. Its password travels in the environment, where other users cannot read it.
    """
    command: list[str] = [str(find_binaries().program(name)), *map(str, arguments)]
    secrets: Mapping[str, str] = {}
    if dsn is not None:
        address, secrets = split_password(dsn)
        command.append(f"--dbname={address}")
    done = await anyio.run_process(
        command, check=False, stdin=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C", **secrets}
    )
    if done.returncode != 0:
        raise StorageError(f"{name} failed: {_first_error(done.stderr.decode(errors='replace').splitlines())}")
    return done.stdout.decode(errors="replace")


def split_password(dsn: str) -> tuple[str, dict[str, str]]:
    """Take the password out of an address: the address without it, and the environment that carries it."""
    parts = urlsplit(dsn)
    credentials, at, host = parts.netloc.rpartition("@")
    user, colon, password = credentials.partition(":")
    query = parse_qsl(parts.query, keep_blank_values=True)
    # libpq lets the query win over what stands before the host.
    given = dict(query).get("password", unquote(password) if colon else None)
    kept = urlencode([(key, value) for key, value in query if key != "password"], safe="/", quote_via=quote)
    address = f"{parts.scheme}://{user}{at}{host}{parts.path}?{kept}"
    return address, ({} if given is None else {"PGPASSWORD": given})


def _first_error(lines: Sequence[str]) -> str:
    marked = (line for line in lines if "ERROR:" in line or "error:" in line or "FATAL:" in line)
    return next(marked, lines[-1] if lines else "no message")

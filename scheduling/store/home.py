"""The data directory of this machine, and the place in it where the embedded database's files may lie.

Layout of a home: `start.lock`, `users.lock`, `server.lock`, `pg18/` (the data of PostgreSQL 18), `s/` (its socket).
Run by root, the server belongs to another account that cannot enter every folder. The default home is then
/var/lib/housestaff; a home under a closed folder keeps `cluster`, a link to a folder the account can enter.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from scheduling.store.account import Account
from scheduling.store.errors import StorageError

ROOT_HOME = Path("/var/lib/housestaff")


def data_home() -> Path:
    """Return `HOUSESTAFF_HOME`, else the platform's data directory for this user (root: /var/lib/housestaff)."""
    if chosen := os.environ.get("HOUSESTAFF_HOME"):
        return Path(chosen).expanduser().resolve()
    if os.geteuid() == 0:
        return ROOT_HOME
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "housestaff"
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share") / "housestaff"


def prepare_home(home: Path) -> None:
    """Create the home, private to its user; raises StorageError when it cannot be used."""
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"the data directory {home} cannot be created: {error.strerror}",
            hint="set HOUSESTAFF_HOME to another folder",
        ) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise StorageError(
            f"the data directory {home} is not writable by this user", hint="set HOUSESTAFF_HOME to another folder"
        )


def cluster_folder(home: Path, account: Account) -> Path:
    """Return the folder that holds data and socket: `home`, or where its link `cluster` leads."""
    link = home / "cluster"
    if link.is_symlink():
        if not link.exists():
            raise StorageError(
                f"the database folder that {link} leads to is gone",
                hint="bring it back, or remove the link to begin anew and `housestaff restore` a backup",
            )
        return link.resolve()
    if not account.delegated or account.may_enter(home):
        return home
    if account.may_enter(home.parent):
        _let_in(home, account)
        return home
    elsewhere = _reachable_folder(home, account)
    link.symlink_to(elsewhere)
    return elsewhere


def private_folder(folder: Path, account: Account) -> None:
    """Create `folder` for the account alone unless it is there; raises StorageError when somebody else may enter it."""
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


def _let_in(folder: Path, account: Account) -> None:
    """Let the account's group pass through `folder`, without letting it list or write there."""
    os.chown(folder, -1, account.gid)
    folder.chmod(folder.stat().st_mode & 0o777 | 0o010)


def _reachable_folder(home: Path, account: Account) -> Path:
    # What is temporary stays temporary: a home under the temporary folder leaves nothing elsewhere.
    temporary = Path(tempfile.gettempdir()).resolve()
    shelf = temporary if home.is_relative_to(temporary) and account.may_enter(temporary) else ROOT_HOME
    if shelf == ROOT_HOME:
        ROOT_HOME.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not account.may_enter(ROOT_HOME):
            _let_in(ROOT_HOME, account)
    folder = Path(tempfile.mkdtemp(dir=shelf, prefix="housestaff-"))
    _let_in(folder, account)
    if not account.may_enter(folder):
        raise StorageError(
            f"the account {account.name} cannot enter {folder}", hint="set HOUSESTAFF_HOME to a folder open to it"
        )
    return folder

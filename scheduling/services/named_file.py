"""A file whose path somebody named: what keeps it from being read or written, said as any other invalid argument is."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from scheduling.model.errors import InvalidError

FILE = "FILE"

_READING = {
    errno.ENOENT: ("is not there", "give the path of a file that is"),
    errno.EISDIR: ("is a folder, not a file", "give the path of a file"),
    errno.ENOTDIR: ("is not there: a part of its path is a file, not a folder", "give the path of a file that is"),
    errno.EACCES: ("may not be read by this account", "let this account read it, or give another path"),
}
_WRITING = {
    errno.ENOENT: ("cannot be written: its folder is not there", "make the folder first, or give another path"),
    errno.EISDIR: ("is a folder, not a file", "give the path of a file"),
    errno.ENOTDIR: ("cannot be written: a part of its path is a file, not a folder", "give another path"),
    errno.EEXIST: ("is there already", "give another name"),
    errno.EACCES: ("may not be written by this account", "let this account write there, or give another path"),
    errno.ENOSPC: ("cannot be written whole: no space is left there", "make room, or give another path"),
    errno.EROFS: ("cannot be written: nothing can be written there", "give another path"),
}


@contextmanager
def reading(field: str = FILE) -> Iterator[None]:
    """Nothing but reading the named file happens inside: InvalidError says what it failed on."""
    try:
        yield
    except OSError as error:
        raise _refusal(field, error, _READING, "cannot be read") from None


@contextmanager
def writing(field: str = FILE) -> Iterator[None]:
    """Nothing but writing the named file happens inside: InvalidError says what it failed on."""
    try:
        yield
    except OSError as error:
        raise _refusal(field, error, _WRITING, "cannot be written") from None


def check_readable(file: Path, field: str = FILE, *, folder: bool = False) -> None:
    """InvalidError unless the file is there and may be read; with `folder` a folder will do as well."""
    with reading(field):
        file.stat()
        if file.is_dir() and not folder:
            raise IsADirectoryError(errno.EISDIR, "")
        if not os.access(file, os.R_OK):
            raise PermissionError(errno.EACCES, "")


def check_writable(file: Path, field: str = FILE, *, new: bool = False) -> None:
    """InvalidError unless a file can be written there, over what is there or `new`: asked before the work is done."""
    with writing(field):
        place = file.absolute().parent
        place.stat()
        if not place.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "")
        if file.is_dir():
            raise IsADirectoryError(errno.EISDIR, "")
        if new and file.exists():
            raise FileExistsError(errno.EEXIST, "")
        if not os.access(file if file.exists() else place, os.W_OK):
            raise PermissionError(errno.EACCES, "")


def create(file: Path, field: str = FILE) -> TextIO:
    """A new file, open for text; InvalidError where one is there already or none can be made."""
    with writing(field):
        return file.open("x", encoding="utf-8")


def why_unread(error: OSError) -> str:
    """What kept a file from being read, to be said after its name."""
    return _known(error, _READING, "cannot be read")[0]


def _refusal(field: str, error: OSError, known: dict[int, tuple[str, str]], otherwise: str) -> InvalidError:
    reason, hint = _known(error, known, otherwise)
    return InvalidError(field, reason, hint=hint)


def _known(error: OSError, known: dict[int, tuple[str, str]], otherwise: str) -> tuple[str, str]:
    number = errno.EACCES if error.errno == errno.EPERM else error.errno
    why = os.strerror(number).lower() if number else "the system refused"
    return known.get(number or 0, (f"{otherwise}: {why}", "give another path"))

"""Open a workbook that somebody else wrote, whatever it turns out to be."""

from __future__ import annotations

import zipfile
from pathlib import Path

from openpyxl import Workbook, load_workbook

from scheduling.model.errors import InvalidError
from scheduling.services.named_file import check_readable

LARGEST = 20_000_000
UNPACKED = 200_000_000
_MOST_FILES = 500


def open_workbook(file: Path) -> Workbook:
    """The workbook with the last values of its formulas; InvalidError for anything that is none, or too large."""
    check_readable(file)
    try:
        fault = _fault(file)
        if fault is None:
            return load_workbook(file, data_only=True)
    except Exception:  # noqa: BLE001 - a damaged file fails the reader in any way it likes
        fault = "not a workbook (.xlsx) that can be read"
    raise InvalidError("FILE", fault)


def _fault(file: Path) -> str | None:
    """What keeps the file from being opened at all."""
    if file.stat().st_size > LARGEST:
        return f"the workbook is larger than {LARGEST // 1_000_000} MB"
    with zipfile.ZipFile(file) as packed:
        listed = packed.infolist()
        if len(listed) > _MOST_FILES or sum(entry.file_size for entry in listed) > UNPACKED:
            return "the workbook unpacks to more than a schedule can hold"
        return "the workbook is damaged" if packed.testzip() is not None else None

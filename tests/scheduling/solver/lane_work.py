"""What tests ask of the lane."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time

from scheduling.model.calendar import BlockRef

DATE = dt.date(2026, 3, 25)


def own_process() -> int:
    """The id of the process this runs in."""
    return os.getpid()


def sleep(seconds: float) -> float:
    """Take a while."""
    time.sleep(seconds)
    return seconds


def parse(text: str) -> BlockRef:
    """Read a block's name, which fails for anything else."""
    return BlockRef.parse(text)


def crash() -> None:
    """End the process the hard way."""
    os._exit(1)


def engine_is_loaded() -> bool:
    """True once the engine was imported."""
    return "ortools.sat.python.cp_model" in sys.modules

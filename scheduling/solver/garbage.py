"""How often a process that builds models looks for garbage in cycles."""

from __future__ import annotations

import gc

_OBJECTS = 50_000


def collect_rarely() -> None:
    """Make this process look for cyclic garbage every 50,000 new objects.

    A model is many small objects that all live until it is solved: looked through every 700, Python's own figure, a fifth
    of the time of building it goes by. For processes that solve; it holds for the whole process.
    """
    gc.set_threshold(_OBJECTS)

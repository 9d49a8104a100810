"""Derive something from a roster once: rosters are immutable, so what is derived lives as long as they do."""

from __future__ import annotations

import functools
import threading
import weakref
from collections.abc import Callable
from typing import TypeVar

from scheduling.model.roster import Roster

Derived = TypeVar("Derived")


def per_roster(build: Callable[[Roster], Derived]) -> Callable[[Roster], Derived]:
    """Remember the result per roster. What is built must not hold the roster, or it would never be released."""
    known: weakref.WeakKeyDictionary[Roster, Derived] = weakref.WeakKeyDictionary()
    lock = threading.Lock()

    @functools.wraps(build)
    def derived(roster: Roster) -> Derived:
        with lock:
            found = known.get(roster)
        if found is None:
            found = build(roster)
            with lock:
                known[roster] = found
        return found

    return derived

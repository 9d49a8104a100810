"""Derive something from a roster once: rosters are immutable, so what is derived lives as long as they do."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TypeVar, cast

from scheduling.model.roster import Roster

Derived = TypeVar("Derived")


def per_roster(build: Callable[[Roster], Derived]) -> Callable[[Roster], Derived]:
    """Remember the result in the roster. Two threads may derive the same at once; both get equal values."""
    name = f"{build.__module__}.{build.__qualname__}"

    @functools.wraps(build)
    def derived(roster: Roster) -> Derived:
        found = roster.memo.get(name)
        if found is None:
            found = roster.memo[name] = build(roster)
        return cast("Derived", found)

    return derived

"""What one process remembers of a database: programs, verified contents of versions, built rosters.

Every key carries the generation or the hash of what it was made from, so nothing is ever out of date, only unused.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule
from scheduling.store.database import Database

Value = TypeVar("Value")

PROGRAMS = 128
SCHEDULES = 1024
ROSTERS = 64


class Recent(Generic[Value]):
    """The most recently used values, at most `size` of them."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: OrderedDict[Hashable, Value] = OrderedDict()

    def __len__(self) -> int:
        return len(self._values)

    def get(self, key: Hashable) -> Value | None:
        """The value, which counts as used now."""
        if key in self._values:
            self._values.move_to_end(key)
        return self._values.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keep a value; the least recently used one goes when there are too many."""
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._size:
            self._values.popitem(last=False)


class Cache:
    """The three families of remembered values of one database."""

    def __init__(self) -> None:
        self.programs: Recent[Program] = Recent(PROGRAMS)
        self.schedules: Recent[BlockSchedule] = Recent(SCHEDULES)
        self.rosters: Recent[Roster] = Recent(ROSTERS)


_caches: WeakKeyDictionary[Database, Cache] = WeakKeyDictionary()


def cache_of(database: Database) -> Cache:
    """The process's cache of a database."""
    if database not in _caches:
        _caches[database] = Cache()
    return _caches[database]

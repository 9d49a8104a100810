"""The audit trail as it is read: one entry for each call."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TrailEntry:
    """Who did what through which client, how it ended, and the ids of what it changed, by kind."""

    seq: int
    at: dt.datetime
    caller: str
    client: str
    tool: str
    outcome: str
    arguments: str
    changed: Mapping[str, Sequence[str]] = field(default_factory=dict)

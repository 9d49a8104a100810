"""Stored proposals: what would be done, and what it was made on (architecture decision 4)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scheduling.model.calendar import BlockRef


class PlanState(StrEnum):
    """What became of a plan."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    APPLIED = "applied"
    REVERTED = "reverted"
    REJECTED = "rejected"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as stored. `digest` is the content hash its commit must name; `body` is JSON written by its planner.

    It holds only while `versions` (live hash by block) and `overlay` (the program's overlay generation) are the
    present ones. `applied_key` is the idempotency key it was applied under.
    """

    id: str
    kind: str
    digest: str
    body: Mapping[str, Any]
    versions: Mapping[BlockRef, str]
    overlay: int
    made_by: str
    made_at: dt.datetime
    state: PlanState = PlanState.PROPOSED
    applied_key: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None

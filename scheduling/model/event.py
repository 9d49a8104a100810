"""Events: what happened in a program, told once to everybody concerned."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = (
    "absence.decided",
    "absence.recorded",
    "duty.recorded",
    "duty.removed",
    "finding.waived",
    "override.reverted",
    "override.set",
    "plan.applied",
    "plan.proposed",
    "plan.reverted",
    "policy.adopted",
    "program.imported",
    "run.certified",
    "run.ended",
    "schedule.published",
    "schedule.rolled_back",
)
"""Every kind of event that a use case tells of."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event of the outbox. `payload` is JSON of ids and dates, never of names or reasons.

    Delivery is at least once; a receiver that has seen `dedupe_key` of this program ignores it. `attempts` counts the
    deliveries that failed so far.
    """

    id: int
    program: str
    kind: str
    payload: Mapping[str, Any]
    dedupe_key: str
    at: dt.datetime
    attempts: int = 0

"""An override with its history: who set it and why, and who took it back."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from scheduling.model.override import Override


@dataclass(frozen=True, slots=True)
class OverrideRecord:
    """One override, active or past. `reason` and `notes` are free text of the person who set it."""

    override: Override
    active: bool
    reason: str
    notes: str | None
    supersedes: str | None
    made_by: str
    made_at: dt.datetime
    deactivated_by: str | None = None
    deactivated_at: dt.datetime | None = None

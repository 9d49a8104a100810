"""Waivers: a finding that a person accepts, which marks it without hiding it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiver:
    """Who accepts which finding, why, and until which date (inclusive; None: until it is taken back)."""

    id: str
    finding: str
    rule: str
    reason: str
    until: dt.date | None
    made_by: str
    made_at: dt.datetime

    def stands(self, today: dt.date) -> bool:
        """True while it has not run out."""
        return self.until is None or today <= self.until

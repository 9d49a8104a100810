"""Approved 6.24 exceptions: which averaging periods may reach the higher limit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.averaged import dates
from scheduling.rules.segments import Periods

ID = "acgme.6.24"


def excepted(roster: Roster, periods: Periods) -> NDArray[np.bool_]:
    """Periods that lie wholly on a listed rotation and wholly inside its approval dates, while the exception is on."""
    mask = np.zeros(len(periods.row), np.bool_)
    policies = periods.duties.eras.policies
    if not any(p.hours.exceptions for p in policies):
        return mask
    for at in range(len(mask)):
        policy = periods.duties.eras.on(int(periods.first[at]))
        number = int(periods.rotation[at])
        if number >= 0 and ID not in policy.rules.off:
            rotation = roster.rotations[number]
            mask[at] = _approved(policy, (rotation.name, rotation.activity), periods, at)
    return mask


def _approved(policy: Policy, names: tuple[str, str], periods: Periods, at: int) -> bool:
    window = dates(periods, at)
    return any(e.rotation in names and e.start <= window.start and window.end <= e.end for e in policy.hours.exceptions)

"""uk.nights: at most four night shifts in a row, then 46 hours of rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.model.policy import Policy
from scheduling.rules.duties import Duties
from scheduling.rules.shifts import Shifts, night_minutes
from scheduling.rules.uk.run_rule import RunFigures, RunRule


class UkNights(RunRule):
    """A night shift has at least three hours between 23:00 and 06:00; rest is due after three or four."""

    id = "uk.nights"
    title = "4 nights in a row, then 46 hours"
    text = "No more than 4 consecutive night shifts are rostered; 46 hours of rest follow 3 or 4 of them."
    noun = "night shifts"

    def figures(self, policy: Policy) -> RunFigures:
        """Of the night."""
        return RunFigures(policy.uk.night_run, policy.uk.night_rest_after, policy.uk.night_rest_hours)

    def member(self, d: Duties, shifts: Shifts, policy: Policy) -> NDArray[np.bool_]:
        """Shifts with enough of the night in them."""
        inside = night_minutes(d, shifts, policy.uk.night_from, policy.uk.night_to)
        return np.asarray(inside >= 60 * policy.uk.night_hours)


RULE = UkNights()

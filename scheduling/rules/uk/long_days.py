"""uk.long_days: at most five long days in a row, then 48 hours of rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.model.policy import Policy
from scheduling.rules.duties import Duties
from scheduling.rules.shifts import Shifts
from scheduling.rules.uk.run_rule import RunFigures, RunRule


class UkLongDays(RunRule):
    """A long shift lasts more than ten hours."""

    id = "uk.long_days"
    title = "5 long days in a row, then 48 hours"
    text = "No more than 5 shifts of more than 10 hours are rostered on consecutive days; 48 hours of rest follow the fifth."
    noun = "long days"

    def figures(self, policy: Policy) -> RunFigures:
        """Of the long day."""
        return RunFigures(policy.uk.long_day_run, policy.uk.long_day_run, policy.uk.long_day_rest_hours)

    def member(self, d: Duties, shifts: Shifts, policy: Policy) -> NDArray[np.bool_]:
        """Shifts that are long."""
        return np.asarray(shifts.length > 60 * policy.uk.long_day_hours)


RULE = UkLongDays()

"""uk.shift_run: at most eight shifts in a row, then 48 hours of rest."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from scheduling.model.policy import Policy
from scheduling.rules.duties import Duties
from scheduling.rules.shifts import Shifts
from scheduling.rules.uk.run_rule import RunFigures, RunRule


class UkShiftRun(RunRule):
    """Any shift counts; a calendar day on which none begins ends the run."""

    id = "uk.shift_run"
    title = "8 shifts in a row, then 48 hours"
    text = "No more than 8 shifts are rostered or worked on consecutive days; 48 hours of rest follow the eighth."
    noun = "shifts"

    def figures(self, policy: Policy) -> RunFigures:
        """Of the run."""
        return RunFigures(policy.uk.shift_run, policy.uk.shift_run, policy.uk.shift_rest_hours)

    def member(self, d: Duties, shifts: Shifts, policy: Policy) -> NDArray[np.bool_]:
        """Every shift."""
        return np.ones(len(shifts.row), np.bool_)


RULE = UkShiftRun()

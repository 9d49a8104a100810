"""When a duty record began and ended, as instants of the program's clock."""

from __future__ import annotations

import numpy as np

from scheduling.model.duty_record import DutyRecord
from scheduling.model.roster import Roster
from scheduling.rules.instants import instants

_DAY = 1440


def span_of_record(roster: Roster, record: DutyRecord) -> tuple[int, int]:
    """First and last epoch minute: what lies between them is elapsed time, also across a change of the clock."""
    clock = instants(roster.program.clock.zone, roster.window.start, len(roster.window))
    wall = roster.day(record.date) * _DAY
    begin, end = clock.epoch(np.array([wall + record.start, wall + record.end], np.int64))
    return int(begin), int(end)

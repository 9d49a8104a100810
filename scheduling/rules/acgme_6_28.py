"""6.28: at-home call leaves one day in seven free."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name
from scheduling.rules.codes import flagged
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import either_half
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import periods_of
from scheduling.rules.wording import number


class HomeCall(Rule):
    """Finds periods in which at-home call alone takes the free days: without it 6.21.b would hold, with it it does not."""

    id = "acgme.6.28"
    title = "At-home call leaves free days"
    citation = "ACGME Common Program Requirements 6.28 (VI.F.8)"
    text = (
        "Time spent on patient care activities by residents on at-home call must count toward the 80-hour maximum weekly "
        "limit. At-home call is not subject to the every-third-night limitation, but must satisfy the requirement for one "
        "day in seven free of clinical work and education, averaged by rotation."
    )
    binding = Binding.MUST
    enforcement = CheckOnly("at-home call is placed by hand; 6.21.b prices the free days")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period."""
        d = duties_of(roster, people)
        if not len(d.home_call[0]) or not (held := _home_dates(roster, d)).any():
            return
        p = periods_of(d)
        without = d.without_home_call.stretches(p.row, p.start, p.end, _unit(d))
        every = d.eras.figure(lambda policy: policy.hours.free_day_every_days, p.first)
        need = p.days - p.full_leave
        for at in broken(p, (p.sum(held) > 0) & (p.free * every < need) & (without * every >= need), window):
            limit = Fraction(int(need[at]), d.eras.on(int(p.first[at])).hours.free_day_every_days)
            text = (
                f"{int(p.free[at])} free days on {rotation_name(roster, p, at)} with at-home call, {int(without[at])} without it "
                f"(at least {number(limit)})"
            )
            yield self.finding(d.ids[p.row[at]], dates(p, at), int(p.free[at]), limit, "free days", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """At-home calls, free days with and without them, need."""
        d, p, at = period_of(roster, finding)
        without = d.without_home_call.stretches(p.row, p.start, p.end, _unit(d))
        return [
            *period_lines(roster, p, at),
            Line("at-home calls", str(int(p.sum(_home_dates(roster, d))[at]))),
            Line("free days", str(int(p.free[at]))),
            Line("free days without at-home call", str(int(without[at]))),
            Line("needed", number(finding.limit)),
        ]


def _home_dates(roster: Roster, d: Duties) -> NDArray[np.bool_]:
    """(R, D): dates with at-home call in any part."""
    at_home = flagged(roster.catalogue, "home_call")[d.cells]
    return either_half(at_home) | at_home[:, :, Part.NIGHT]


def home_nights(roster: Roster, d: Duties) -> NDArray[np.bool_]:
    """(R, D): nights of at-home call."""
    return np.asarray(flagged(roster.catalogue, "home_call")[d.cells[:, :, Part.NIGHT]])


def _unit(d: Duties) -> int:
    return 60 * d.eras.policies[-1].hours.free_day_hours


RULE = HomeCall()

"""6.26: night float lies inside the 80 hours and the free day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from scheduling.model.activity import Category
from scheduling.model.part import Part, Window
from scheduling.model.roster import Roster
from scheduling.rules.averaged import broken, dates, period_lines, period_of, rotation_name, week_lines
from scheduling.rules.codes import in_category
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.exception import excepted
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.segments import periods_of


class NightFloat(Rule):
    """Names the averaging periods with night float that break 6.20 or 6.21.b; the run of nights is `prog.night_run`."""

    id = "acgme.6.26"
    title = "Night float inside the limits"
    citation = "ACGME Common Program Requirements 6.26 (VI.F.6)"
    text = "Night float must occur within the context of the 80-hour and one-day-off-in-seven requirements."
    binding = Binding.MUST
    enforcement = CheckOnly("6.20 and 6.21.b price the same hours and days")
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per averaging period with night float outside a limit."""
        d = duties_of(roster, people)
        nights = float_nights(roster, d)
        if not nights.any():
            return
        p = periods_of(d)
        if not (p.over_week | p.few_free).any():
            return
        long, short = p.over_week & ~excepted(roster, p), p.few_free
        held = p.sum(nights)
        for at in broken(p, (held > 0) & (long | short), window):
            names = [name for name, mask in (("6.20", long), ("6.21.b", short)) if mask[at]]
            text = f"{int(held[at])} nights of night float on {rotation_name(roster, p, at)} in a period outside {' and '.join(names)}"
            yield self.finding(d.ids[p.row[at]], dates(p, at), len(names), 0, "limits broken", text)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Nights, hours against the budget, free days against the need."""
        d, p, at = period_of(roster, finding)
        figures = d.eras.on(int(p.first[at])).hours
        return [
            *period_lines(roster, p, at),
            Line("nights of night float", str(int(p.sum(float_nights(roster, d))[at]))),
            *week_lines(p, at, figures.week_limit),
            Line("free days", f"{int(p.free[at])} in {int(p.days[at] - p.full_leave[at])} days outside leave"),
        ]


def float_nights(roster: Roster, d: Duties) -> NDArray[np.bool_]:
    """(R, D): nights of night float."""
    return np.asarray(in_category(roster.catalogue, Category.NIGHT_FLOAT)[d.cells[:, :, Part.NIGHT]])


RULE = NightFloat()

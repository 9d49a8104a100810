"""prog.clinic_cap: weekly half-days of faculty stay under their caps (domain.md §2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from scheduling.model.calendar import THURSDAY, academic_year, days
from scheduling.model.part import Part, Window
from scheduling.model.person import Person
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.places import places
from scheduling.rules.rule import Line, Rule, Soft, Tier

_WEEK = 7
_NO_CAP = 1000


class ClinicCap(Rule):
    """Weeks run Thursday to Wednesday like the blocks. Zero is a cap; without an own one clinic has the role's."""

    id = "prog.clinic_cap"
    title = "Weekly caps of faculty"
    citation = "Program policy: clinic caps"
    text = "No faculty member has more half-days of an activity in a week than their year, their own figure or their role allows."
    binding = Binding.POLICY
    enforcement = Soft(Tier.OPERATIONS, 10)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per person, week and activity."""
        staff = [roster.program.by_id[p] for p in people if roster.program.by_id[p].is_faculty]
        rows = np.array([roster.rows[p.id] for p in staff], np.intp)
        first = -((roster.window.start.isoweekday() - THURSDAY) % _WEEK)
        starts = np.arange(first, len(roster.window), _WEEK)
        half_days = roster.cells[rows, :, : Part.NIGHT].reshape(len(rows), len(roster.window) * Part.NIGHT)
        ends = [roster.date(int(start) + _WEEK - 1) for start in starts]
        years = np.array([academic_year(end) for end in ends])
        policy = roster.policy(window.end)
        for code in _capped(staff, policy):
            held = half_days == roster.catalogue.index(code)
            weekly = np.add.reduceat(held, Part.NIGHT * np.maximum(starts, 0), axis=1, dtype=np.int64)
            most = np.full(weekly.shape, _NO_CAP, np.int64)
            for year in set(years.tolist()):
                caps = [cap(policy, who, code, year) for who in staff]
                most[:, years == year] = np.array([_NO_CAP if c is None else c for c in caps], np.int64)[:, None]
            for row, week in places(weekly > most):
                where = Window(ends[week] - days(_WEEK - 1), ends[week])
                if where.meets(window):
                    count, limit = int(weekly[row, week]), int(most[row, week])
                    text = f"{count} half-days of {code} in the week of {where.start} (at most {limit})"
                    yield self.finding(staff[row].id, where, count, limit, "half-days", text, about=code)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The half-days of the week and where the cap comes from."""
        who = roster.program.by_id[finding.person or ""]
        own = who.limit(finding.about or "", academic_year(finding.end)).most
        return [
            Line("role", who.role.value if who.role else "none"),
            Line(f"half-days of {finding.about}", str(finding.value)),
            Line("cap", f"{finding.limit} ({'own' if own is not None else 'by role'})"),
        ]


def cap(policy: Policy, who: Person, code: str, year: int) -> int | None:
    """Most half-days of an activity in a week: the year's or the person's own figure, for clinic else the role's."""
    own = who.limit(code, year).most
    if own is None and code == policy.rotations.clinic and who.role is not None:
        return policy.people.clinic_cap.get(who.role.value)
    return own


def _capped(staff: Sequence[Person], policy: Policy) -> list[str]:
    """Codes anybody here has a figure for, and clinic."""
    own = {c for p in staff for limits in (p.limits, *p.limits_by_year.values()) for c in limits}
    return sorted(c for c in {*own, policy.rotations.clinic} if c in policy.catalogue)


RULE = ClinicCap()

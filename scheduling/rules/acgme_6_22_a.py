"""6.22.a: at most four more hours for transitions and education, without new patients."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.duty_record import DutyKind
from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import day_number, span_of
from scheduling.rules.rule import CheckOnly, Line, Rule
from scheduling.rules.wording import duration, moment

_HOUR = 60
_NEW = "new"


@dataclass(frozen=True, slots=True)
class _Long:
    row: int
    begin: int
    end: int
    most: int
    clinical: int
    admitted: int | None


class Transition(Rule):
    """Presence beyond 28 hours, or a new patient taken on after hour 24. The hours count in 6.20."""

    id = "acgme.6.22.a"
    title = "4 more hours for transitions"
    citation = "ACGME Common Program Requirements 6.22.a (VI.F.3.a.1)"
    text = (
        "Up to four hours of additional time may be used for activities related to patient safety, such as effective "
        "transitions of care, and for education. New patient care must not be assigned during this time."
    )
    binding = Binding.MUST
    enforcement = CheckOnly(
        "scheduled work beyond 24 hours is priced by 6.22; what lies beyond it is recorded, not scheduled"
    )
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per duty that is too long, one per duty with a new patient too late."""
        d = duties_of(roster, people)
        zone = roster.program.clock.zone
        for long in _long(d):
            where = span_of(d, long.begin, long.end)
            if not where.meets(window):
                continue
            person = d.ids[long.row]
            if long.end - long.begin > long.most:
                text = f"{duration(long.end - long.begin)} of presence from {moment(zone, long.begin)} (at most {duration(long.most)})"
                value = Fraction(long.end - long.begin, _HOUR)
                yield self.finding(person, where, value, Fraction(long.most, _HOUR), "hours", text)
            if long.admitted is not None:
                text = (
                    f"a new patient in a transition that ends {duration(long.admitted - long.begin)} after the duty began "
                    f"on {moment(zone, long.begin)} (none after {duration(long.clinical)})"
                )
                value = Fraction(long.admitted - long.begin, _HOUR)
                limit = Fraction(long.clinical, _HOUR)
                yield self.finding(person, where, value, limit, "hours", text, about=_NEW)

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Start, end, elapsed time, and the transition with the new patient."""
        d, zone = duties_of(roster, (finding.person or "",)), roster.program.clock.zone
        long = next(x for x in _long(d) if span_of(d, x.begin, x.end) == finding.window)
        lines = [
            Line("presence starts", moment(zone, long.begin)),
            Line("presence ends", moment(zone, long.end)),
            Line("elapsed", duration(long.end - long.begin)),
        ]
        if finding.about == _NEW and long.admitted is not None:
            return [
                *lines,
                Line("transition with a new patient ends", moment(zone, long.admitted)),
                Line("no new patients after", moment(zone, long.begin + long.clinical)),
            ]
        return [
            *lines,
            Line("at most", duration(long.most)),
            Line("excess", duration(long.end - long.begin - long.most)),
        ]


def _long(d: Duties) -> Iterator[_Long]:
    u = d.duties
    day = day_number(d, u.start)
    for at in np.flatnonzero(u.length > _HOUR * d.eras.figure(lambda p: p.hours.continuous_hours, day)):
        figures = d.eras.on(int(day[at])).hours
        clinical = _HOUR * figures.continuous_hours
        row, begin, end = int(u.rows[at]), int(u.start[at]), int(u.end[at])
        most = clinical + _HOUR * figures.transition_hours
        yield _Long(row, begin, end, most, clinical, _admitted(d, row, begin + clinical, end))


def _admitted(d: Duties, row: int, after: int, end: int) -> int | None:
    """End of the last transition with a new patient that reaches beyond a minute, inside a duty."""
    if d.records is None:
        return None
    r = d.records.of(DutyKind.TRANSITION)
    late = (r.row == row) & r.new & (r.end > after) & (r.end <= end)
    return int(r.end[late].max()) if late.any() else None


RULE = Transition()

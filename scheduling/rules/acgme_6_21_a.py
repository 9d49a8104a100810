"""6.21.a: fourteen hours free after twenty-four hours of in-house call."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from scheduling.model.part import Window
from scheduling.model.roster import Roster
from scheduling.rules.codes import flagged
from scheduling.rules.duties import Duties, duties_of
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.rests import day_number, rests_of, span_of
from scheduling.rules.rule import Line, Rule, Soft, Tier
from scheduling.rules.wording import duration, moment

_HOUR = 60


@dataclass(frozen=True, slots=True)
class _PostCall:
    row: int
    duty: int
    left: int
    back: int
    least: int


class PostCallRest(Rule):
    """The clock starts when the resident actually leaves: transitions and 6.23 stays that prolong the duty move it."""

    id = "acgme.6.21.a"
    title = "14 hours free after 24 hours of call"
    citation = "ACGME Common Program Requirements 6.21.a (VI.F.2.b)"
    text = "Residents must have at least 14 hours free of clinical work and education after 24 hours of in-house call."
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 200)
    per_person = True

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per long call that is followed too soon."""
        d = duties_of(roster, people)
        zone = roster.program.clock.zone
        for post in _after_calls(roster, d):
            where = span_of(d, post.left, post.back + 1)
            if not where.meets(window):
                continue
            yield self.finding(
                d.ids[post.row],
                where,
                Fraction(post.back - post.left, _HOUR),
                Fraction(post.least, _HOUR),
                "hours free",
                f"{duration(post.back - post.left)} free after in-house call: left {moment(zone, post.left)}, "
                f"back {moment(zone, post.back)} (at least {duration(post.least)})",
            )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """The duty, when it was left, when the next began."""
        d = duties_of(roster, (finding.person or "",))
        zone = roster.program.clock.zone
        post = next(p for p in _after_calls(roster, d) if span_of(d, p.left, p.back + 1) == finding.window)
        return [
            Line("duty with in-house call", f"from {moment(zone, int(d.duties.start[post.duty]))}"),
            Line("length", duration(int(d.duties.length[post.duty]))),
            Line("left", moment(zone, post.left)),
            Line("next duty", moment(zone, post.back)),
            Line("free", duration(post.back - post.left)),
            Line("short by", duration(post.least - (post.back - post.left))),
        ]


def _after_calls(roster: Roster, d: Duties) -> Iterator[_PostCall]:
    r, u, p = rests_of(d), d.duties, d.pieces
    calls = flagged(roster.catalogue, "in_house_call")
    day = day_number(d, u.start[r.before])
    long = u.length[r.before] >= _HOUR * d.eras.figure(lambda policy: policy.hours.call_hours, day)
    least = _HOUR * d.eras.figure(lambda policy: policy.hours.post_call_rest_hours, day)
    soon = np.flatnonzero(long & ((r.length < least) | (d.records is not None)))
    for at in soon:
        duty, row, rest = int(r.before[at]), int(r.row[at]), int(np.broadcast_to(least, long.shape)[at])
        inside = (p.row == row) & (p.start < u.end[duty]) & (p.end > u.start[duty])
        if not calls[p.code[inside]].any():
            continue
        left = min(_left(d, row, int(u.end[duty])), int(r.end[at]))
        if int(r.end[at]) - left < rest:
            yield _PostCall(row, duty, left, int(r.end[at]), rest)


def _left(d: Duties, row: int, minute: int) -> int:
    """When a resident whose duty ends at the minute really leaves: the end of the stay that follows without a pause."""
    s = d.stayed
    at = np.flatnonzero((s.rows == row) & (s.start < minute) & (s.end >= minute))
    return int(s.end[at[0]]) if len(at) else minute


RULE = PostCallRest()

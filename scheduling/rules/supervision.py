"""prog.supervision: attending time meets the demand of the residents in supervised work (domain.md §5)."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scheduling.model.calendar import academic_year, days, year_window
from scheduling.model.part import Part, Slot, Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.by_digest import ByDigest
from scheduling.rules.codes import Table
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding, FindingKind
from scheduling.rules.places import per_slot, places
from scheduling.rules.rule import Line, Rule, Soft, Tier, on
from scheduling.rules.sites import at_site, said_at, sites_of

Counts = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True)
class Supervision:
    """Demand in quarter units and supply in attendings of every slot of a window: (days, 3) each."""

    units: Counts
    needed: Counts
    supply: Counts


class AttendingTime(Rule):
    """Units are summed over the slot and rounded up once; faculty in AT or PCAT supply, clinic supplies none."""

    id = "prog.supervision"
    title = "Attending time meets demand"
    citation = "Program policy: supervision; ACGME Common Program Requirements 6.7"
    text = (
        "Every slot has, at each clinic site, at least as many attendings in attending time as the residents in supervised clinic work ask for: "
        "half an attending per PGY-1, a quarter per PGY-2 or 3, one more per resident in procedures, rounded up once."
    )
    binding = Binding.MUST
    enforcement = Soft(Tier.SAFETY, 500)
    per_person = False

    def check(self, roster: Roster, window: Window, people: Sequence[str]) -> Iterator[Finding]:
        """One finding per site and slot that lacks attendings."""
        for site, (where, policy) in itertools.product(sites_of(roster), split(roster, window)):
            s = measure(roster, where, policy, site)
            for day, part in places(s.supply < s.needed):
                date = where.start + days(day)
                slot = Slot(date, Part(part))
                have, need = int(s.supply[day, part]), int(s.needed[day, part])
                yield self.finding(
                    None,
                    on(date),
                    have,
                    need,
                    "attendings",
                    f"{slot}: {have} of {need} attendings for the residents in clinic{said_at(site)}",
                    part=slot.part,
                    about=site or None,
                    kind=FindingKind.GAP,
                )

    def arithmetic(self, roster: Roster, finding: Finding) -> Sequence[Line]:
        """Residents by their units, the sum, the ceiling, the supply."""
        policy, part = roster.policy(finding.start), finding.part or Part.AM
        slot = Slot(finding.start, part)
        lines = [
            Line(p.id, f"{roster.at(p.id, slot)}, PGY-{p.pgy(academic_year(slot.date))}: {units} quarter units")
            for p in roster.program.people
            if finding.about in (None, p.site) and (units := units_of(roster, policy, p.id, slot))
        ]
        s = measure(roster, on(finding.start), policy, finding.about)
        per = policy.supervision.units_per_attending
        supply = [policy.activities[i].code for i in policy.catalogue.where("supplies_supervision")]
        there = [p for code in supply for p in roster.holders(code, slot)]
        who = [p for p in there if finding.about in (None, roster.program.by_id[p].site)]
        return [
            *lines,
            Line("demand", f"{int(s.units[0, part])} / {per} rounded up = {int(s.needed[0, part])}"),
            Line("attendings", f"{int(s.supply[0, part])}" + (f" ({', '.join(who)})" if who else "")),
            Line("missing", str(int(finding.limit - finding.value))),
        ]

    def concerned(self, roster: Roster, finding: Finding) -> Sequence[str]:
        """The residents who ask for supervision, and the attendings who give it."""
        policy, slot = roster.policy(finding.start), Slot(finding.start, finding.part or Part.AM)
        supply = [policy.activities[i].code for i in policy.catalogue.where("supplies_supervision")]
        giving = [p for code in supply for p in roster.holders(code, slot) if roster.program.by_id[p].is_faculty]
        asking = [p.id for p in roster.program.people if units_of(roster, policy, p.id, slot)]
        return sorted(p for p in {*giving, *asking} if finding.about in (None, roster.program.by_id[p].site))


def measure(roster: Roster, window: Window, policy: Policy, site: str | None = None) -> Supervision:
    """Demand and supply of every slot of a window inside the roster, under one policy, at one site or (None) in all."""
    first, last = roster.day(window.start), roster.day(window.end) + 1
    people = roster.program.people
    residents = at_site(roster, np.array([i for i, p in enumerate(people) if p.is_resident], np.intp), site)
    faculty = at_site(roster, np.array([i for i, p in enumerate(people) if p.is_faculty], np.intp), site)
    own, extra, supplies = _tables(roster.catalogue.codes, ByDigest(policy))
    cells = roster.cells[residents, first:last]
    asking = np.flatnonzero(own[cells])
    row, slot = np.divmod(asking, (last - first) * len(Part))
    code = cells.reshape(-1)[asking]
    years = range(academic_year(window.start), academic_year(window.end) + 1)
    junior = np.array([[people[i].pgy(year) == 1 for i in residents] for year in years])
    weight = np.where(junior, policy.supervision.pgy1_units, policy.supervision.senior_units)
    begin = np.array([(year_window(year).start - window.start).days for year in years])
    asked = weight[np.searchsorted(begin, slot // len(Part), side="right") - 1, row] + extra[code]
    units = np.bincount(slot, asked, (last - first) * len(Part)).astype(np.int64).reshape(-1, len(Part))
    supply = per_slot(supplies[roster.cells[faculty, first:last]])
    return Supervision(units, -(-units // policy.supervision.units_per_attending), supply)


def units_of(roster: Roster, policy: Policy, person: str, slot: Slot) -> int:
    """Quarter units of demand of one resident in one slot."""
    who, code = roster.program.by_id[person], roster.at(person, slot)
    if not who.is_resident or code is None or not policy.catalogue[code].needs_supervision:
        return 0
    junior = who.pgy(academic_year(slot.date)) == 1
    own = policy.supervision.pgy1_units if junior else policy.supervision.senior_units
    return own + policy.catalogue[code].supervision_extra


@functools.lru_cache(maxsize=64)
def _tables(codes: tuple[str, ...], holder: ByDigest) -> tuple[Table, Counts, Table]:
    by_code = {activity.code: activity for activity in holder.policy.catalogue}
    known = [by_code.get(code) for code in codes]
    own = np.array([*(a is not None and a.needs_supervision for a in known), False], np.bool_)
    extra = np.array([*(a.supervision_extra if a and a.needs_supervision else 0 for a in known), 0], np.int64)
    supplies = np.array([*(a is not None and a.supplies_supervision for a in known), False], np.bool_)
    return own, extra, supplies


RULE = AttendingTime()

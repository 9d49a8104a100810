"""Guard against solver bugs: a finished plan is laid on the roster and judged by code that knows nothing of the model."""

from __future__ import annotations

import itertools
from dataclasses import replace

from scheduling.model.calendar import days
from scheduling.model.override import Change, OverrideType
from scheduling.model.part import Window
from scheduling.model.plan import CascadePlan, Figures
from scheduling.model.plan_check import objections, planned_roster
from scheduling.model.roster import Roster
from scheduling.rules import rooms, supervision
from scheduling.rules.catalog import enabled
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.sites import sites_of
from scheduling.solver.cascade_case import Case

HOURS = "acgme."


class UnsoundPlanError(AssertionError):
    """A plan does not do what it says: a bug, never shown as an answer."""


def nothing_done(case: Case) -> Figures:
    """The figures of a case in which the absent are away and nobody does their work."""
    cells = [*(d.cell for d in case.duties), *case.settled]
    follows = [f for d in case.duties for f in d.follows if f.slot in d.away]
    roster = case.roster.with_changes(Change(c.holder, c.slot, c.activity, None) for c in (*cells, *follows))
    dates = _dates(case.window)
    return _figures(roster, dates, len(case.duties), _hours(roster, dates))


def checked(plan: CascadePlan, case: Case) -> CascadePlan:
    """The plan with its figures afterwards; UnsoundPlanError when laying it on the roster shows anything it did not say."""
    roster = case.roster
    if against := objections(roster, plan):
        raise UnsoundPlanError(against[0])
    after = planned_roster(roster, plan)
    for step in plan.steps:
        if step.to is not None and after.at(step.to, step.slot) != step.activity:
            raise UnsoundPlanError(f"{step.to} does not hold {step.activity} at {step.slot}")
    dates = _dates(case.window)
    missed = [s for s in plan.steps if any(c.name in ("gap", "procedure") for c in s.charges)]
    excused = {(s.slot.date, s.slot.part) for s in (*plan.gaps, *missed)}
    excused |= {(r.slot.date, r.slot.part) for s in plan.steps for r in s.releases if r.type is OverrideType.GAP}
    stood = _must(roster, dates)
    for finding in _must(after, dates):
        if not any(_within(finding, f) for f in stood) and (finding.start, finding.part) not in excused:
            raise UnsoundPlanError(finding.message)
    uncovered = sum(s.type is OverrideType.GAP for s in missed)
    return replace(plan, after=_figures(after, dates, uncovered, plan.before.hours))


def _dates(window: Window) -> Window:
    """Post-call time moves one day beyond the window."""
    return Window(window.start, window.end + days(1))


def _must(roster: Roster, window: Window) -> list[Finding]:
    """Findings of must rules; duty hours concern residents, whose cells no plan touches."""
    people = [p.id for p in roster.program.people]
    found: list[Finding] = []
    for rule in enabled(roster.policy(window.start)):
        if rule.binding is Binding.MUST and not rule.id.startswith(HOURS):
            found += [f for f in rule.check(roster, window, people) if f.binding is Binding.MUST]
    return found


def _within(finding: Finding, known: Finding) -> bool:
    """True when the finding says no more than one that stood before."""
    same = (finding.rule, finding.person, finding.part, finding.about) == (
        known.rule,
        known.person,
        known.part,
        known.about,
    )
    return same and known.start <= finding.start and finding.end <= known.end


def _figures(roster: Roster, window: Window, uncovered: int, hours: int) -> Figures:
    short, over, soft = 0, 0, 0
    for site, (where, policy) in itertools.product(sites_of(roster), split(roster, window)):
        attending = supervision.measure(roster, where, policy, site)
        short += int((attending.needed - attending.supply).clip(min=0).sum())
        used = rooms.rooms_used(roster, where, policy, site)
        over += int((used > policy.rooms.hard).sum())
        soft += int((used > policy.rooms.soft).sum())
    return Figures(short, over, soft, uncovered, len(_must(roster, window)) + hours, hours)


def _hours(roster: Roster, window: Window) -> int:
    """Findings of the duty-hour rules that are musts; they concern residents, whose cells no plan touches."""
    residents = [p.id for p in roster.program.people if p.is_resident]
    rules = [r for r in enabled(roster.policy(window.start)) if r.id.startswith(HOURS)]
    return sum(f.binding is Binding.MUST for rule in rules for f in rule.check(roster, window, residents))

"""Validate a roster: every rule the policy has on, the risk metrics, and what was looked at."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scheduling.model.part import Window
from scheduling.model.policy import Policy
from scheduling.model.roster import Roster
from scheduling.rules.call_book import call_book
from scheduling.rules.catalog import RULES, enabled, is_on, rule
from scheduling.rules.eras import split
from scheduling.rules.finding import Binding, Finding
from scheduling.rules.finding_id import finding_id
from scheduling.rules.risk import Risk, risks
from scheduling.rules.rule import Rule
from scheduling.rules.stays import Stay, stays

_STAYS = "acgme.6.23"
_ORDER = {binding: place for place, binding in enumerate(Binding)}


@dataclass(frozen=True, slots=True)
class Missing:
    """What no version records, reported apart from gaps.

    Nights without a caller and FMIT days without an attending outside the recorded range, and people without a cell.
    """

    nights: tuple[dt.date, ...] = ()
    fmit_days: tuple[dt.date, ...] = ()
    people: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Checked:
    """What a validation looked at: people, days that a version covers, and rules."""

    people: tuple[str, ...] = ()
    days: int = 0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A validation. `findings` come by binding, then rule, then date; `ids` holds their stable ids in the same order.

    `exceptions` are the stays on record (6.23) that touch the window. `note` says why a report is empty when the window lies outside the data.
    """

    window: Window
    findings: tuple[Finding, ...] = ()
    ids: tuple[str, ...] = ()
    risk: tuple[Risk, ...] = ()
    missing: Missing = Missing()
    checked: Checked = Checked()
    note: str | None = None
    exceptions: tuple[Stay, ...] = ()

    @property
    def counts(self) -> Mapping[Binding, int]:
        """Findings by binding, zeros included."""
        found = Counter(f.binding for f in self.findings)
        return {binding: found[binding] for binding in Binding}

    @property
    def by_rule(self) -> Mapping[str, int]:
        """Findings by rule, only rules that found something, in the catalogue's order."""
        found = Counter(f.rule for f in self.findings)
        return {r.id: found[r.id] for r in RULES if found[r.id]}

    @property
    def compliant(self) -> bool:
        """True when no must is broken; waivers are laid on by the service that knows them."""
        return not any(f.binding is Binding.MUST for f in self.findings)


def validate(
    roster: Roster, window: Window, *, rules: Sequence[str] | None = None, people: Sequence[str] | None = None
) -> Report:
    """Measure a window of a roster.

    `rules` and `people` restrict the look; under a filter of people, findings that concern no person in particular are
    left out. NotFoundError names the nearest rule or person. A window the roster has no data for gives an empty report
    that says so.
    """
    wanted = None if rules is None else [rule(r) for r in rules]
    who = _people(roster, people)
    policies = [policy for _, policy in split(roster, window)]
    covered = int(roster.known[_days(roster, window)].sum())
    if not covered:
        return Report(window, note=f"no schedule is recorded between {window.start} and {window.end}")
    chosen = _chosen(policies, wanted)
    findings = [f for r in chosen for f in r.check(roster, window, who) if people is None or f.person is not None]
    if len(policies) > 1:
        findings = [f for f in findings if is_on(rule(f.rule), roster.policy(f.end))]
    place = {r.id: n for n, r in enumerate(RULES)}
    findings.sort(key=lambda f: (_ORDER[f.binding], place[f.rule], f.start, f.person or "", f.part or 0, f.about or ""))
    return Report(
        window,
        tuple(findings),
        tuple(finding_id(roster.program.slug, f) for f in findings),
        tuple(risks(roster, window, who)) if wanted is None else (),
        _missing(roster, window, who),
        Checked(who, covered, tuple(r.id for r in chosen)),
        exceptions=tuple(stays(roster, window, who)) if any(r.id == _STAYS for r in chosen) else (),
    )


def _people(roster: Roster, people: Sequence[str] | None) -> tuple[str, ...]:
    if people is None:
        return tuple(roster.rows)
    return tuple(sorted({roster.program.person(p).id for p in people}))


def _chosen(policies: Sequence[Policy], wanted: Sequence[Rule] | None) -> list[Rule]:
    on = {r.id for policy in policies for r in enabled(policy)}
    return [r for r in RULES if r.id in on and (wanted is None or r in wanted)]


def _days(roster: Roster, window: Window) -> slice:
    return slice(max(roster.day(window.start), 0), max(roster.day(window.end) + 1, 0))


def _missing(roster: Roster, window: Window, people: Sequence[str]) -> Missing:
    book = call_book(roster)
    inside = book.inside(window) & book.known
    nights = np.flatnonzero(inside & ~book.recorded & ~book.call.any(axis=0))
    fmit = np.flatnonzero(inside & ~book.recorded_fmit)
    filled = np.asarray((roster.cells[:, _days(roster, window)] >= 0).any(axis=(1, 2)))
    return Missing(
        tuple(book.date(int(day)) for day in nights),
        tuple(book.date(int(day)) for day in fmit),
        tuple(p for p in people if roster.program.by_id[p].active and not filled[roster.rows[p]]),
    )

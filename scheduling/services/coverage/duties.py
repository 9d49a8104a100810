"""Duties that somebody must do: how many there are in a window, how many are done, and every one that is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from scheduling.model.calendar import days
from scheduling.model.override import OverrideType
from scheduling.model.part import Part, Slot, Window
from scheduling.model.roster import Roster
from scheduling.model.supervision import attendings, demand

HALF_DAYS = (Part.AM, Part.PM)


class Duty(StrEnum):
    """What must be staffed: the night's caller, the inpatient attending, supervision, credentialed procedures."""

    CALL = "call"
    INPATIENT = "inpatient"
    SUPERVISION = "supervision"
    PROCEDURE = "procedure"


class Severity(StrEnum):
    """Critical: a duty of `Duty` is not done. Minor: something else is visibly unfilled, and nothing depends on it."""

    CRITICAL = "critical"
    MINOR = "minor"


class Why(StrEnum):
    """Why nobody does it: nobody is assigned, whoever is assigned is away, or an override says so."""

    UNASSIGNED = "unassigned"
    ABSENT = "absent"
    OVERRIDE = "override"


@dataclass(frozen=True, slots=True)
class Gap:
    """One slot that is not filled. `person` is who should be there, where somebody should; `count` is how many lack."""

    slot: Slot
    activity: str
    severity: Severity
    why: Why
    person: str | None = None
    override: str | None = None
    count: int = 1


@dataclass(frozen=True, slots=True)
class Need:
    """One duty in one slot: how many people it needs, who does it, who is assigned but away."""

    duty: Duty
    slot: Slot
    activity: str
    needed: int
    present: tuple[str, ...]
    away: tuple[str, ...] = ()

    @property
    def short(self) -> int:
        """How many people lack."""
        return max(0, self.needed - len(self.present))


def needs(roster: Roster, window: Window) -> Iterator[Need]:
    """Every duty of the window that must be staffed, by date; days that no version covers need nothing.

    Nights before the first and after the last recorded call are missing data, not duties; likewise the inpatient
    attending outside the first and last such day that the roster holds.
    """
    inpatient = recorded_inpatient(roster)
    for date in window:
        if not roster.known[roster.day(date)]:
            continue
        yield from _call(roster, date)
        if inpatient is not None and date in inpatient:
            yield from _inpatient(roster, date)
        yield from _clinic(roster, date)


def _call(roster: Roster, date: dt.date) -> Iterator[Need]:
    if roster.recorded_calls is not None and date in roster.recorded_calls:
        call = roster.policy(date).call.activity
        yield _need(roster, Duty.CALL, Slot(date, Part.NIGHT), call, roster.holders(call, Slot(date, Part.NIGHT)))


def _inpatient(roster: Roster, date: dt.date) -> Iterator[Need]:
    code = roster.policy(date).call.fmit_activity
    for part in HALF_DAYS:
        slot = Slot(date, part)
        faculty = tuple(p for p in roster.holders(code, slot) if roster.program.by_id[p].is_faculty)
        yield _need(roster, Duty.INPATIENT, slot, code, faculty)


def _clinic(roster: Roster, date: dt.date) -> Iterator[Need]:
    for slot in (Slot(date, part) for part in HALF_DAYS):
        wanted = demand(roster, slot)
        if wanted:
            yield Need(Duty.SUPERVISION, slot, attending_code(roster), wanted, attendings(roster, slot))
        for index in roster.catalogue.where("needs_credential"):
            code = roster.catalogue.codes[index]
            there = [p for p in roster.holders(code, slot) if not roster.is_absent(p, slot)]
            people = roster.program.by_id
            if any(people[p].is_resident for p in there):
                faculty = tuple(p for p in there if people[p].is_faculty and people[p].credential(code, date))
                yield Need(Duty.PROCEDURE, slot, code, 1, faculty)


def _need(roster: Roster, duty: Duty, slot: Slot, code: str, holders: tuple[str, ...]) -> Need:
    away = tuple(p for p in holders if roster.is_absent(p, slot))
    return Need(duty, slot, code, 1, tuple(p for p in holders if p not in away), away)


def attending_code(roster: Roster) -> str:
    """The activity missing supervision is reported under: the first that supplies it."""
    return roster.catalogue.codes[roster.catalogue.where("supplies_supervision")[0]]


def recorded_inpatient(roster: Roster) -> Window | None:
    """First to last day of the roster with a faculty member in the inpatient team."""
    faculty = [i for i, p in enumerate(roster.program.people) if p.is_faculty]
    code = roster.catalogue.index(roster.program.policies.latest.call.fmit_activity)
    held = (roster.base[faculty, :, : Part.NIGHT] == code).any(axis=(0, 2)).nonzero()[0]
    if not len(held):
        return None
    return Window(roster.window.start + days(int(held[0])), roster.window.start + days(int(held[-1])))


def gaps(roster: Roster, window: Window, needed: list[Need]) -> list[Gap]:
    """Every unfilled slot: the needs that are short, and the gaps that overrides leave, by slot."""
    short = {(n.slot, n.activity): n for n in needed if n.short}
    found: list[Gap] = []
    shown: dict[tuple[Slot, str], int] = {}
    for override in roster.overrides:
        if override.type is not OverrideType.GAP or override.slot.date not in window:
            continue
        supplies = roster.catalogue[override.activity].supplies_supervision
        key = (override.slot, attending_code(roster) if supplies else override.activity)
        severity = Severity.CRITICAL if key in short else Severity.MINOR
        shown[key] = shown.get(key, 0) + 1
        found.append(Gap(override.slot, override.activity, severity, Why.OVERRIDE, override.person, override.id))
    for key, need in short.items():
        lacking = need.short - shown.get(key, 0)
        if lacking > 0:
            away = need.away[0] if need.away else None
            why = Why.ABSENT if need.away else Why.UNASSIGNED
            found.append(Gap(need.slot, need.activity, Severity.CRITICAL, why, away, count=lacking))
    return sorted(found, key=lambda g: (g.slot, g.activity, g.person or ""))

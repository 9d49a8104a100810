"""Open recorded duties again, so that a year's calls and inpatient weeks can be decided anew."""

from __future__ import annotations

from dataclasses import replace

from scheduling.model.activity import Catalogue
from scheduling.model.calendar import days, is_weekday_call
from scheduling.model.override import SOURCES, Source
from scheduling.model.part import PARTS, Part, Slot, Window
from scheduling.model.roster import NO_SOURCE, Roster


def release_duties(roster: Roster, window: Window, *, weeks: bool) -> Roster:
    """The roster without the preloaded Sunday-to-Thursday calls of core faculty in the window, and what follows from them.

    With `weeks` also without their inpatient days, Friday and Saturday calls and recovery days. What had given way stands
    again: leave where somebody is away, the holiday on a holiday. Sports medicine clinics, which are preloaded around the
    calls, are open to be placed anew, for attendings and residents. Adjuncts and cells locked by hand are left alone.
    """
    cells, sources = roster.cells.copy(), roster.sources.copy()
    for person in roster.program.people:
        if person.is_adjunct:
            continue
        for date in window:
            for part in PARTS:
                slot = Slot(date, part)
                if roster.source_at(person.id, slot) is Source.PRELOAD and _is_duty(
                    roster, person.id, slot, weeks=weeks
                ):
                    where = (roster.row(person.id), roster.day(date), int(part))
                    code = _beneath(roster, person.id, slot)
                    cells[where] = Catalogue.OPEN if code is None else roster.catalogue.index(code)
                    sources[where] = NO_SOURCE if code is None else SOURCES.index(Source.PRELOAD)
    return replace(roster, base=cells.copy(), cells=cells, sources=sources)


def _is_duty(roster: Roster, person: str, slot: Slot, *, weeks: bool) -> bool:
    figures, code = roster.policy(slot.date).call, roster.at(person, slot)
    if code == roster.policy(slot.date).rotations.sports:
        return True
    if not roster.program.by_id[person].is_faculty:
        return False
    if code == figures.activity:
        return weeks or is_weekday_call(slot.date)
    if code in (figures.post_call_am, figures.post_call_pm):
        night = slot.date - days(1)
        return weeks or is_weekday_call(night)
    return weeks and code in (figures.fmit_activity, figures.recovery_activity)


def _beneath(roster: Roster, person: str, slot: Slot) -> str | None:
    if slot.part is Part.NIGHT:
        return None
    figures = roster.policy(slot.date).rotations
    if roster.is_absent(person, slot):
        return figures.leave
    return figures.holiday if slot.date in roster.program.holidays else None

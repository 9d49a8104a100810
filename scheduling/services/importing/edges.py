"""Find the edges of a year's input: what a person kept irregular, named one by one and dropped nowhere."""

from __future__ import annotations

import datetime as dt
import itertools
from collections import Counter
from collections.abc import Iterator

from scheduling.model.absence import Absence
from scheduling.model.calendar import fmit_week, is_weekday_call, year_window
from scheduling.model.part import Part, Slot, Window
from scheduling.model.program import Program
from scheduling.model.sheet import HALF_DAYS
from scheduling.model.version import BlockSchedule
from scheduling.services.importing.read_duties import nights_without
from scheduling.services.importing.report import Edge, EdgeKind
from scheduling.services.importing.year_input import YearInput


def find_edges(source: YearInput, program: Program, schedules: tuple[BlockSchedule, ...]) -> tuple[Edge, ...]:
    """Every edge, by kind and then by person or date."""
    return (
        *_outside(source),
        *_missing(source),
        *_unassigned(source),
        *_absences(source),
        *_inside_leave(source, program, schedules),
        *_adjuncts(source, program),
        *_credentials(source, program),
    )


def _outside(source: YearInput) -> Iterator[Edge]:
    whole = year_window(source.year)
    for date, person in source.calls.items():
        if date not in whole:
            text = f"the night of {date} ({person}) lies outside AY{source.year} and is kept in the neighbouring block"
            yield Edge(EdgeKind.NIGHT_OUTSIDE_YEAR, text, person, date, date)
    for week in source.fmit:
        outside = [d for d in week.window if d not in whole]
        if outside:
            text = f"FMIT on {_span(outside[0], outside[-1])} ({week.person}) lies outside AY{source.year} and is kept there"
            yield Edge(EdgeKind.FMIT_OUTSIDE_YEAR, text, week.person, outside[0], outside[-1])


def _missing(source: YearInput) -> Iterator[Edge]:
    whole = year_window(source.year)
    recorded = Window(min(source.calls), max(source.calls)) if source.calls else None
    for night in nights_without(source.calls, whole):
        if recorded is not None and night in recorded:
            yield Edge(EdgeKind.GAP_NIGHT, f"the night of {night} has no caller", None, night, night)
        else:
            text = f"the night of {night} has no caller: it lies outside the recorded nights"
            yield Edge(EdgeKind.MISSING_NIGHT, text, None, night, night)
    attended = {d for week in source.fmit for d in week.window}
    for date in whole:
        if date not in attended:
            text = f"{date} has no FMIT attending (week of {fmit_week(date).start})"
            yield Edge(EdgeKind.MISSING_FMIT_DAY, text, None, date, date)


def _unassigned(source: YearInput) -> Iterator[Edge]:
    for person in source.people:
        for block in source.blocks:
            if person.is_resident and person.active and (person.id, block.ref) not in source.rotations:
                text = f"{person.id} has no rotation in block {block.ref}: unassigned, outside demand"
                yield Edge(EdgeKind.UNASSIGNED, text, person.id, block.start, block.end, str(block.ref))


def _absences(source: YearInput) -> Iterator[Edge]:
    whole = year_window(source.year)
    for one, other in itertools.combinations(source.absences, 2):
        if one.person == other.person and _window(one).meets(_window(other)):
            first, last = max(one.start, other.start), min(one.end, other.end)
            text = f"two absences of {one.person} overlap on {_span(first, last)}: their union counts"
            yield Edge(EdgeKind.ABSENCES_OVERLAP, text, one.person, first, last)
    for absence in source.absences:
        span = f"the absence of {absence.person} on {_span(absence.start, absence.end)}"
        where = (absence.person, absence.start, absence.end)
        if not _window(absence).meets(whole):
            yield Edge(EdgeKind.ABSENCE_OUTSIDE_YEAR, f"{span} lies wholly outside AY{source.year}", *where)
            continue
        if absence.start < whole.start:
            yield Edge(EdgeKind.ABSENCE_BEGINS_BEFORE_YEAR, f"{span} begins before AY{source.year}", *where)
        if absence.end > whole.end:
            yield Edge(EdgeKind.ABSENCE_ENDS_AFTER_YEAR, f"{span} ends after AY{source.year}", *where)


def _inside_leave(source: YearInput, program: Program, schedules: tuple[BlockSchedule, ...]) -> Iterator[Edge]:
    approved = [a for a in source.absences if a.blocks]
    for date, person in source.calls.items():
        if any(a.person == person and a.covers(Slot(date, Part.NIGHT)) for a in approved):
            text = f"the call of {person} on {date} lies inside leave: it stands and is a finding"
            yield Edge(EdgeKind.CALL_IN_LEAVE, text, person, date, date)
    for week in source.fmit:
        away = [d for d in week.window if _away(approved, week.person, d)]
        if away:
            text = f"FMIT of {week.person} on {', '.join(map(str, away))} lies inside leave: it stands and is a finding"
            yield Edge(EdgeKind.FMIT_IN_LEAVE, text, week.person, away[0], away[-1])
    held: Counter[Absence] = Counter()
    for cell in itertools.chain.from_iterable(schedules):
        if program.person(cell.person).is_resident and not program.catalogue[cell.activity].is_time_off:
            held.update(a for a in approved if a.person == cell.person and a.covers(cell.slot))
    for absence in approved:
        if held[absence]:
            text = (
                f"{held[absence]} day parts of {absence.person}'s rotation lie inside leave "
                f"on {_span(absence.start, absence.end)}: they stand"
            )
            yield Edge(EdgeKind.ROTATION_IN_LEAVE, text, absence.person, absence.start, absence.end)


def _away(approved: list[Absence], person: str, date: dt.date) -> bool:
    return any(a.person == person and a.covers(Slot(date, part)) for a in approved for part in HALF_DAYS)


def _adjuncts(source: YearInput, program: Program) -> Iterator[Edge]:
    for date, person in source.calls.items():
        if program.person(person).is_adjunct and is_weekday_call(date):
            text = f"the night of {date} is held by the adjunct {person}, placed by hand"
            yield Edge(EdgeKind.ADJUNCT_CALL, text, person, date, date)
    for week in source.fmit:
        if program.person(week.person).is_adjunct:
            nights = [d for d in week.window if not is_weekday_call(d) and source.calls.get(d) == week.person]
            text = f"the FMIT week {week.window} and {len(nights)} of its nights are held by the adjunct {week.person}"
            yield Edge(EdgeKind.ADJUNCT_FMIT_WEEK, text, week.person, week.start, week.end)


def _credentials(source: YearInput, program: Program) -> Iterator[Edge]:
    held = Counter(c.code for p in source.people for c in p.credentials if c.code not in program.catalogue)
    for code, count in sorted(held.items()):
        text = f"the credential {code} ({count} people) is no activity of the program: kept, used nowhere"
        yield Edge(EdgeKind.CREDENTIAL_WITHOUT_ACTIVITY, text)


def _window(absence: Absence) -> Window:
    return Window(absence.start, absence.end)


def _span(first: dt.date, last: dt.date) -> str:
    return str(first) if first == last else f"{first}..{last}"


def neighbour_edges(source: YearInput, schedules: tuple[BlockSchedule, ...]) -> Iterator[Edge]:
    """The blocks beside the year that hold only what crosses its edges."""
    for schedule in schedules:
        if schedule.block.ref.year != source.year:
            cells = list(schedule)
            first, last = min(c.slot.date for c in cells), max(c.slot.date for c in cells)
            text = f"block {schedule.block.ref} holds nothing but what crosses the year's edge: {len(cells)} cells on {_span(first, last)}"
            yield Edge(EdgeKind.NEIGHBOUR_BLOCK, text, None, first, last, str(schedule.block.ref))

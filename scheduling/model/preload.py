"""Preload a year: what is known before anything is solved, the strongest fact first (domain.md §4).

Recorded FMIT weeks and calls, recovery days, post-call duties, night float and inpatient patterns (follow-up clinics among
them), leave and holidays, lectures, intern clinic, sports medicine. A weaker fact fills only what is still open.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from scheduling.model.calendar import SATURDAY, WEDNESDAY, Block, days, is_weekday_call
from scheduling.model.override import Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.patterns import Stay, is_lecture_exempt, is_outpatient, pattern_cells, stays
from scheduling.model.person import FacultyRole
from scheduling.model.program import Program
from scheduling.model.record import YearRecord
from scheduling.model.sheet import HALF_DAYS, Sheet
from scheduling.model.version import Cell
from scheduling.model.weekpattern import WeekSlot

_WEEK = 7


def preload(program: Program, record: YearRecord, recorded: Iterable[Cell] = ()) -> Sheet:
    """The sheet of the record's year. Calls and FMIT weeks may lie beyond its edges, and what follows from them too.

    `recorded` are cells already known of the year, such as duties that reach into it from the one before; they stand.
    """
    sheet = Sheet()
    for cell in recorded:
        _put(sheet, cell.person, cell.slot.date, cell.slot.part, cell.activity)
    residents = stays(program, record.halves)
    _duties(program, record, sheet)
    _recovery(program, record, residents, sheet)
    _post_call(program, record, sheet)
    _patterns(program, residents, sheet)
    whole = Window(*_edges(program.calendar.blocks(record.year)))
    _leave(program, whole, sheet)
    _holidays(program, whole, residents, sheet)
    _lectures(program, residents, sheet)
    _intern_clinic(program, residents, sheet)
    _sports(program, whole, residents, sheet)
    _rest(program, residents, sheet)
    return sheet


def _edges(blocks: Sequence[Block]) -> tuple[dt.date, dt.date]:
    return blocks[0].start, blocks[-1].end


def _put(sheet: Sheet, person: str, date: dt.date, part: Part, activity: str) -> None:
    sheet.write(person, date, part, activity, Source.PRELOAD)


def _duties(program: Program, record: YearRecord, sheet: Sheet) -> None:
    for week in sorted(record.fmit):
        for date in week.window:
            sheet.write_day(week.person, date, program.policies.at(date).call.fmit_activity, Source.PRELOAD)
    for date, person in sorted(record.calls.items()):
        _put(sheet, person, date, Part.NIGHT, program.policies.at(date).call.activity)


def _recovery(program: Program, record: YearRecord, residents: Sequence[Stay], sheet: Sheet) -> None:
    """The Friday after FMIT, and the day after night float ends."""
    ends = [(week.person, week.end) for week in sorted(record.fmit)]
    following: list[Stay | None] = [*residents[1:], None]
    for stay, after in zip(residents, following, strict=True):
        week = stay.week(program.policies.at(stay.window.end))
        if week is not None and week.recovery and not _follows(program, stay, after):
            ends.append((stay.person, stay.window.end))
    for person, end in ends:
        date = end + days(1)
        sheet.write_day(person, date, program.policies.at(date).call.recovery_activity, Source.PRELOAD)


def _follows(program: Program, before: Stay, after: Stay | None) -> bool:
    """True when one person goes on in night float without a break."""
    if after is None or after.person != before.person or after.window.start != before.window.end + days(1):
        return False
    week = after.week(program.policies.at(after.window.start))
    return week is not None and week.recovery


def _post_call(program: Program, record: YearRecord, sheet: Sheet) -> None:
    """Attending time and the afternoon off after a Sunday-to-Thursday call; adjuncts hold neither."""
    for night, person in sorted(record.calls.items()):
        if not is_weekday_call(night) or not program.person(person).takes_call:
            continue
        date = night + days(1)
        call = program.policies.at(date).call
        if date in program.holidays:
            continue
        for part, activity in zip(HALF_DAYS, (call.post_call_am, call.post_call_pm), strict=True):
            if not is_blocked(program, person, Slot(date, part)):
                _put(sheet, person, date, part, activity)


def is_blocked(program: Program, person: str, slot: Slot) -> bool:
    """True when an approved absence, or the recovery after it, lies on the slot."""
    recovery = program.policies.at(slot.date).absences.recovery_days
    return any(a.blocks_slot(slot, recovery) for a in program.absences_of(person))


def _patterns(program: Program, residents: Sequence[Stay], sheet: Sheet) -> None:
    before: list[Stay | None] = [None, *residents[:-1]]
    for stay, last in zip(residents, before, strict=True):
        continues = (
            last is not None
            and last.rotation.pattern is stay.rotation.pattern
            and last.person == stay.person
            and last.window.end + days(1) == stay.window.start
        )
        for date, part, activity in pattern_cells(program, stay, continues=continues):
            _put(sheet, stay.person, date, part, activity)


def _leave(program: Program, whole: Window, sheet: Sheet) -> None:
    for absence in sorted(program.absences, key=lambda a: (a.person, a.start, a.id)):
        recovery = program.policies.at(whole.end).absences.recovery_days
        last = absence.blocked_until(recovery)
        if not absence.blocks or last < whole.start or absence.start > whole.end:
            continue
        for date in Window(max(absence.start, whole.start), min(last, whole.end)):
            for part in HALF_DAYS:
                if absence.blocks_slot(Slot(date, part), recovery):
                    _put(sheet, absence.person, date, part, program.policies.at(date).rotations.leave)


def _holidays(program: Program, whole: Window, residents: Sequence[Stay], sheet: Sheet) -> None:
    """For faculty and for residents with a rotation; adjuncts are placed by hand only."""
    for date in sorted(d for d in program.holidays if d in whole):
        faculty = [p.id for p in program.people if p.active and p.takes_call]
        for person in (*faculty, *(s.person for s in residents if date in s.window)):
            sheet.write_day(person, date, program.policies.at(date).rotations.holiday, Source.PRELOAD)


def _lectures(program: Program, residents: Sequence[Stay], sheet: Sheet) -> None:
    in_block: dict[tuple[str, Block], list[Stay]] = defaultdict(list)
    for stay in residents:
        in_block[stay.person, stay.block].append(stay)
    for (person, block), parts in in_block.items():
        if is_lecture_exempt(program, parts):
            continue
        for date in itertools.chain.from_iterable(s.window for s in parts):
            figures = program.policies.at(date).rotations
            if date == block.last_wednesday:
                _put(sheet, person, date, Part.AM, figures.lecture)
                _put(sheet, person, date, Part.PM, figures.advising)
            elif date.isoweekday() == figures.lecture_slot.weekday:
                _put(sheet, person, date, figures.lecture_slot.part, figures.lecture)


def _intern_clinic(program: Program, residents: Sequence[Stay], sheet: Sheet) -> None:
    for stay in residents:
        for date in stay.window:
            figures = program.policies.at(date).rotations
            slot = figures.intern_clinic_slot
            intern = stay.pgy == figures.intern_pgy and is_outpatient(program, stay)
            if intern and date.isoweekday() == slot.weekday:
                _put(sheet, stay.person, date, slot.part, figures.clinic)


def _sports(program: Program, whole: Window, residents: Sequence[Stay], sheet: Sheet) -> None:
    """Sports medicine faculty at their minimum a week, in the preferred slots, and the residents of the rotation with them."""
    for week in weeks(whole):
        figures = program.policies.at(week.start).rotations
        learners = [s for s in residents if s.rotation.activity == figures.sports and is_outpatient(program, s)]
        for person in program.people:
            if person.role is not FacultyRole.SPORTS_MED or not person.active:
                continue
            wanted = person.limit(figures.sports, program.calendar.blocks_in(week)[0].ref.year).least or 0
            for date, part in _slots_of(week, figures.sports_slots):
                if wanted and person.credential(figures.sports, date) and sheet.at(person.id, date, part) is None:
                    _put(sheet, person.id, date, part, figures.sports)
                    wanted -= 1
                    for stay in learners:
                        if date in stay.window:
                            _put(sheet, stay.person, date, part, figures.sports)


def _slots_of(week: Window, wanted: Sequence[WeekSlot]) -> Iterator[tuple[dt.date, Part]]:
    by_weekday = {date.isoweekday(): date for date in week}
    for slot in wanted:
        if slot.weekday in by_weekday:
            yield by_weekday[slot.weekday], slot.part


def weeks(whole: Window) -> Iterator[Window]:
    """Thursday-to-Wednesday weeks, the first and last cut to the window: no block edge cuts one, except at a year's end."""
    start = whole.start
    while start <= whole.end:
        end = min(whole.end, start + days((WEDNESDAY - start.isoweekday()) % _WEEK))
        yield Window(start, end)
        start = end + days(1)


def _rest(program: Program, residents: Sequence[Stay], sheet: Sheet) -> None:
    """Weekends of outpatient rotations; elsewhere whatever the pattern leaves open is off."""
    for stay in residents:
        outpatient = is_outpatient(program, stay)
        for date in stay.window:
            figures = program.policies.at(date).rotations
            if not outpatient:
                sheet.write_day(stay.person, date, figures.off, Source.PRELOAD)
            elif date.isoweekday() >= SATURDAY:
                sheet.write_day(stay.person, date, figures.weekend, Source.PRELOAD)

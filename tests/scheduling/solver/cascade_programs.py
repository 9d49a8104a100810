"""Random small programs for cascades: few enough people and duties to try every plan there is."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace

from scheduling.model.absence import Absence
from scheduling.model.calendar import BlockRef, Calendar, days, fmit_week, is_weekday_call
from scheduling.model.overlay import build_roster
from scheduling.model.override import Override, OverrideType, Source
from scheduling.model.part import Part, Slot, Window
from scheduling.model.person import Credential, FacultyRole, Kind, Person, WeeklyLimit
from scheduling.model.program import Program
from scheduling.model.roster import Roster
from scheduling.model.version import BlockSchedule, Cell

BLOCKS = [Calendar().block(BlockRef(2025, n)) for n in (9, 10, 11)]
WHOLE = Window(BLOCKS[0].start, BLOCKS[-1].end)
MONDAY = dt.date(2026, 3, 16)
"""A Monday in the middle of block 10, and of the FMIT week that begins on Friday the 13th."""

HALF_DAYS = (Part.AM, Part.PM)
FILLERS = [None, None, None, "C", "C", "GME", "DFM", "AT", "AT", "VAS", "LEC", "PROC", "LV"]
ROLES = [FacultyRole.CORE, FacultyRole.CORE, FacultyRole.APD, FacultyRole.PD, FacultyRole.OIC]


def small_program(seed: int, *, faculty: int = 5, residents: int = 3) -> Roster:
    """A roster of three blocks with something in the two weeks around `MONDAY`, different for every seed."""
    chance = random.Random(seed)
    people = [_faculty(chance, n) for n in range(1, faculty + 1)]
    people.append(Person("fac-90", Kind.FACULTY, FacultyRole.ADJUNCT, credentials=(Credential("VAS"),)))
    people += [
        Person(f"pgy{n % 3 + 1}-0{n}", Kind.RESIDENT, pgy_by_year={2025: n % 3 + 1}) for n in range(1, residents + 1)
    ]
    if chance.random() < 0.3:
        people = [replace(p, site=chance.choice(["site-1", "site-1", "site-2"])) for p in people]
    absences = _absences(chance, people)
    program = Program("small", people=tuple(sorted(people, key=lambda p: p.id)), absences=absences)
    sheet = _sheet(chance, people)
    cells = [Cell(p, Slot(d, part), a, Source.TEMPLATE) for (p, d, part), a in sheet.items()]
    schedules = [BlockSchedule.of(b, [c for c in cells if c.slot.date in b.window]) for b in BLOCKS]
    roster = build_roster(program, WHOLE, schedules, overlay=1)
    return build_roster(program, WHOLE, schedules, _overrides(chance, roster), overlay=1)


def _faculty(chance: random.Random, number: int) -> Person:
    held = tuple(Credential(code) for code in ("VAS", "SM") if chance.random() < 0.5)
    limits = {"C": WeeklyLimit(most=chance.choice([1, 3, 6]))} if chance.random() < 0.5 else {}
    weekdays = (1, 2, 3, 4) if chance.random() < 0.15 else ()
    return Person(
        f"fac-0{number}",
        Kind.FACULTY,
        chance.choice(ROLES),
        credentials=held,
        limits=limits,
        available_weekdays=weekdays,
        active=chance.random() < 0.95,
    )


def _absences(chance: random.Random, people: list[Person]) -> tuple[Absence, ...]:
    found = []
    for n, person in enumerate(people):
        if chance.random() < 0.3:
            start = MONDAY + days(chance.randint(-3, 8))
            found.append(Absence(f"abs-{n}", person.id, start, start + days(chance.randint(0, 3))))
    return tuple(found)


def _sheet(chance: random.Random, people: list[Person]) -> dict[tuple[str, dt.date, Part], str]:
    sheet: dict[tuple[str, dt.date, Part], str] = {}
    core = [p.id for p in people if p.takes_call]
    span = Window(MONDAY - days(17), MONDAY + days(17))
    for week in {fmit_week(d).start: fmit_week(d) for d in span}.values():
        attending = chance.choice(core)
        for date in week:
            for part in HALF_DAYS:
                sheet[attending, date, part] = "FMIT"
            if not is_weekday_call(date):
                sheet[attending, date, Part.NIGHT] = "CALL"
        for part in HALF_DAYS:
            sheet.setdefault((attending, week.end + days(1), part), "PC")
    for date in span:
        if is_weekday_call(date) and chance.random() < 0.85:
            caller = chance.choice(core)
            sheet[caller, date, Part.NIGHT] = "CALL"
            for part, code in zip(HALF_DAYS, ("PCAT", "DO"), strict=True):
                if chance.random() < 0.9:
                    sheet.setdefault((caller, date + days(1), part), code)
        _weekday(chance, people, date, sheet)
    return sheet


def _weekday(
    chance: random.Random, people: list[Person], date: dt.date, sheet: dict[tuple[str, dt.date, Part], str]
) -> None:
    for person in people:
        for part in HALF_DAYS if date.isoweekday() < 6 else ():
            if person.is_resident:
                if chance.random() < 0.6:
                    sheet[person.id, date, part] = chance.choice(["C", "C", "PROC", "VAS", "CV"])
                continue
            code = chance.choice(FILLERS)
            if code == "VAS" and not person.credential("VAS", date):
                code = "C"
            if code is not None and not person.is_adjunct:
                sheet.setdefault((person.id, date, part), code)


def _overrides(chance: random.Random, roster: Roster) -> list[Override]:
    """An overlay that is there already: somebody's half-day is covered, somebody's cancelled."""
    found: list[Override] = []
    core = [p.id for p in roster.program.people if p.takes_call]
    for n in range(chance.randint(0, 4)):
        slot = Slot(MONDAY + days(chance.randint(0, 4)), chance.choice(HALF_DAYS))
        person = chance.choice(core)
        activity = roster.at(person, slot)
        if activity is None or activity == "LV" or any((o.person, o.slot) == (person, slot) for o in found):
            continue
        taken = {o.replacement for o in found if o.slot == slot}
        free = [p for p in core if roster.at(p, slot) is None and not roster.is_absent(p, slot) and p not in taken]
        if free and chance.random() < 0.7:
            found.append(Override(f"ovr-{n}", person, slot, activity, OverrideType.COVERAGE, chance.choice(free)))
        elif activity in ("C", "GME", "DFM"):
            found.append(Override(f"ovr-{n}", person, slot, activity, OverrideType.CANCELLATION))
    return found

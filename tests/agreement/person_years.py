"""Random person-years: rotations of every kind, leave, half-days, records, long duties, both changes of the clock."""

from __future__ import annotations

import datetime as dt
import random

from scheduling.model.absence import Absence, AbsenceType
from scheduling.model.calendar import days
from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import PARTS, Part
from scheduling.model.roster import Roster
from tests.scheduling.rules.rosters import policy_with, resident, roster

ZONES = ("America/New_York", "Pacific/Honolulu", "Europe/London", "Australia/Lord_Howe", "America/Santiago", "UTC")
DAYS = ("0600-1800", "0600-2000", "0700-1900", "0800-1700", "0500-2200")
NIGHTS = ("NF", "1800-0700", "1900-0800", "2000-0600")
CODES = (*DAYS, *NIGHTS, "0600-1100", "0200-0300", "1200-2359", "0000-0600", "2230-0715", "0700-0700")
KINDS = ("ward", "heavy", "clinic", "nights", "call", "home", "home", "wild", "rest")
Cells = dict[tuple[str, int, Part], str]
_WHO = "pgy2-01"


def person_year(seed: int) -> Roster:
    """One resident's year, the same for the same seed."""
    chance = random.Random(seed)
    year = chance.choice((2024, 2025, 2026))
    start, count = dt.date(year, 7, 1), 365
    cells: Cells = {}
    stays: list[tuple[str, int]] = []
    day = 0
    while day < count:
        length = min(count - day, chance.choice((2, 5, 7, 14, 14, 27, 28, 28, 28, 29, 31, 35, 42, 60)))
        kind = chance.choice(KINDS)
        for d in range(day, day + length):
            cells.update(_day(chance, kind, d))
        stays.append((f"{kind} {chance.randrange(3)}", length))
        day += length
    for _ in range(chance.randrange(12)):
        where = _WHO, chance.randrange(count), chance.choice(PARTS)
        cells[where] = chance.choice((*CODES, "LEC", "LDC", "LV", "C", "HCALL"))
    exceptions = [
        {"rotation": name, "start": start, "end": start + days(chance.choice((90, 365)))}
        for name in {name for name, _ in stays if name.startswith("heavy")}
        if chance.random() < 0.5
    ]
    return roster(
        cells,
        count,
        start=start,
        zone=chance.choice(ZONES),
        people=[resident(_WHO, chance.choice((1, 2, 3)))],
        rotations={_WHO: stays},
        absences=_absences(chance, start, count),
        records=_records(chance, start, count),
        policy=policy_with([*CODES], hours={"exceptions": exceptions}),
    )


def _day(chance: random.Random, kind: str, d: int) -> Cells:
    weekday = d % 7
    am, pm, night = ((_WHO, d, part) for part in PARTS)
    made: Cells = {}
    match kind:
        case "ward" if weekday != 5:
            made = {am: chance.choice(DAYS[:3])}
        case "heavy" if weekday != 6 or chance.random() < 0.3:
            made = {am: chance.choice((DAYS[1], DAYS[1], DAYS[4]))}
        case "clinic" if weekday < 5:
            made = {am: "C", pm: chance.choice(("C", "LEC", "ELEC"))}
        case "nights" if weekday < 6 or chance.random() < 0.5:
            made = {night: chance.choice(NIGHTS)}
        case "call" if d % chance.choice((2, 3, 3, 4)) == 0:
            made = dict.fromkeys((am, pm, night), "LDC")
            if chance.random() < 0.3:
                made[_WHO, d + 1, Part.AM] = chance.choice(("LEC", "0600-1100", "0700-1900"))
        case "home":
            made = {am: "C", pm: "C"} if weekday < 5 else {}
            if chance.random() < 0.4:
                made[night] = "HCALL"
        case "wild":
            made = {where: chance.choice(CODES) for where in (am, pm, night) if chance.random() < 0.35}
    return {where: code for where, code in made.items() if where[1] < 365}


def _absences(chance: random.Random, start: dt.date, count: int) -> list[Absence]:
    found = []
    for number in range(chance.randrange(6)):
        first = start + days(chance.randrange(count))
        length = chance.choice((0, 0, 1, 4, 6, 13))
        parts = (Part.AM, Part.AM) if length == 0 and chance.random() < 0.5 else (chance.choice(PARTS), Part.NIGHT)
        kind = chance.choice((AbsenceType.VACATION, AbsenceType.SICK, AbsenceType.CONVALESCENT))
        found.append(Absence(f"a{number}", _WHO, first, first + days(length), *parts, type=kind))
    return found


def _records(chance: random.Random, start: dt.date, count: int) -> list[DutyRecord]:
    found = []
    for number in range(chance.randrange(20)):
        kind = chance.choice(tuple(DutyKind))
        begin, length = chance.randrange(0, 1440, 15), chance.choice((60, 180, 240, 480, 720, 2000))
        if kind is DutyKind.TRANSITION:
            begin, length = chance.choice(((420, 90), (420, 240), (360, 60), (360, 300)))
        found.append(
            DutyRecord(
                f"r{number}",
                _WHO,
                kind,
                start + days(chance.randrange(count)),
                begin,
                begin + length,
                reason=chance.choice((None, "a patient")),
                new_patients=kind is DutyKind.TRANSITION and chance.random() < 0.5,
            )
        )
    return found

"""One resident in the middle of a block, at random: nights and days that stand, hours on record, and cells to be decided."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import replace

from scheduling.model.duty_record import DutyKind, DutyRecord
from scheduling.model.part import PARTS, Part, Slot
from scheduling.model.roster import Roster
from scheduling.model.rotation import Pattern, Rotation
from scheduling.solver.build import Build
from scheduling.solver.problem import Problem, Stage
from tests.agreement.probe_house import BLOCK, HALF_DAYS, MONDAY, asked, attending, house, policy, trainee, week
from tests.agreement.probes import week_pattern

WHO = "pgy2-01"
DATES = tuple(week(MONDAY).widen(2, 2))
_HOURS = (0, 2, 6, 7, 8, 12, 13, 16, 17, 18, 20)
_KINDS = (DutyKind.TRANSITION, *DutyKind)
_Locks = dict[tuple[str, dt.date, Part], str]


def scenario(seed: int) -> Problem:
    """A week of half-days to be decided, or of days on a ward; in half of them the resident has hours on record."""
    chance = random.Random(seed)
    problem = _week_of_half_days(chance) if chance.random() < 0.5 else _week_on_duty(chance)
    return _with(problem, _records(chance, DATES)) if chance.random() < 0.5 else problem


def block_on_duty(seed: int) -> Problem:
    """A whole block of days to be decided, with hours on record in half of them."""
    chance = random.Random(seed)
    code = chance.choice(("NF", "NF", "IM", "LDC"))
    problem = asked(_ward(code), Stage.DAYS_OFF)
    return _with(problem, _records(chance, tuple(BLOCK.window))) if chance.random() < 0.5 else problem


def choices(build: Build, chance: random.Random) -> dict[tuple[str, Slot], str]:
    """Some choice for every decided cell of the resident; on a ward the parts of a date go together."""
    found: dict[tuple[str, Slot], str] = {}
    works: dict[dt.date, bool] = {}
    often = chance.choice((0.3, 0.7, 0.9))
    for person, slot, options in build.variables.decided():
        if person != WHO:
            continue
        if build.problem.stage is Stage.DAYS_OFF:
            on_duty = works.setdefault(slot.date, chance.random() < often)
            fitting = [code for code in options if (code != "OFF") == on_duty]
            if fitting:
                found[person, slot] = fitting[0]
        elif chance.random() < often or "OFF" not in options:
            found[person, slot] = chance.choice(sorted(options))
        else:
            found[person, slot] = "OFF"
    return found


def _week_of_half_days(chance: random.Random) -> Problem:
    locks: _Locks = {}
    for date in DATES:
        if chance.random() < 0.35:
            locks[WHO, date, Part.NIGHT] = chance.choice(("LDC", "LDC", "NF", "CALL"))
        for part in HALF_DAYS:
            if chance.random() < 0.3:
                locks[WHO, date, part] = chance.choice(("IM", "LDC", "LDC", "C", "EM"))
    return asked(house([attending(), trainee()], policy()), window=week(MONDAY), locks=locks)


def _week_on_duty(chance: random.Random) -> Problem:
    code = chance.choice(("IM", "NF", "LDC", "LDC"))
    locks: _Locks = {}
    for date in DATES:
        if chance.random() < 0.25:
            for part in PARTS:
                if chance.random() < 0.7:
                    locks[WHO, date, part] = chance.choice(("LDC", "NF") if part is Part.NIGHT else ("IM", "LDC", "C"))
    return asked(_ward(code), Stage.DAYS_OFF, window=week(MONDAY), locks=locks)


def _ward(code: str) -> Roster:
    pattern = Pattern.NIGHT_FLOAT if code == "NF" else Pattern.INPATIENT
    rules = policy(extra=week_pattern("LDC", "* * *") if code == "LDC" else {})
    return house([attending(), trainee()], rules, rotations={WHO: Rotation("Duty", code, pattern)})


def _records(chance: random.Random, dates: Sequence[dt.date]) -> list[DutyRecord]:
    found = []
    for number in range(chance.choice((1, 1, 2, 3))):
        begin, length = 60 * chance.choice(_HOURS), 30 * chance.choice((1, 2, 4, 8, 12, 16, 24))
        kind, date = chance.choice(_KINDS), chance.choice(dates)
        found.append(DutyRecord(f"d{number}", WHO, kind, date, begin, begin + length))
    return found


def _with(problem: Problem, records: Sequence[DutyRecord]) -> Problem:
    program = replace(problem.roster.program, duty_records=tuple(records))
    return replace(problem, roster=replace(problem.roster, program=program))
